let clicks = 0
document.querySelector('button').addEventListener('click', () => {
  clicks += 1
  document.querySelector('output').textContent = String(clicks)
})
globalThis.violations = []
document.addEventListener('securitypolicyviolation', (event) => globalThis.violations.push(event.violatedDirective))
