import type { failure as english } from '../en/failure.ts'
import type { Translation } from '../translation.ts'

/** French texts. */
export const failure: Translation<typeof english> = {
  cause: {
    'name-unknown': 'Aucun serveur ne porte ce nom. Vérifiez l’orthographe de l’hôte.',
    'name-service-silent':
      'Le nom du serveur ne peut pas être recherché : aucun serveur de noms ne répond. Vérifiez la connexion réseau de cet ordinateur.',
    'network-unreachable':
      'Cet ordinateur n’a pas d’accès au serveur. Vérifiez sa connexion réseau et, le cas échéant, le VPN.',
    'nothing-listens':
      'L’ordinateur de ce nom répond, mais aucun serveur ne tourne sur ce port. Vérifiez le port ; le serveur est peut-être en train de démarrer.',
    'host-silent':
      'Le serveur ne répond pas. Vérifiez l’hôte et le port. Un pare-feu bloque peut-être l’accès : adressez-vous au responsable du réseau.',
    'server-silent': 'Le serveur accepte la connexion, puis ne dit rien. Vérifiez le port ou réessayez plus tard.',
    'server-closes': 'Le serveur ferme aussitôt la connexion sans donner de raison. Vérifiez l’hôte et le port.',
    'proxy-settings-unreadable':
      'Les réglages de proxy de cet ordinateur ne peuvent pas être lus. Adressez-vous au responsable du réseau ou saisissez le proxy dans les réglages de ce serveur.',
    'proxy-kind-unsupported':
      'Les réglages de cet ordinateur indiquent un proxy qui ne peut pas être utilisé ici ({{proxy}}). Il faut un proxy HTTP : saisissez-le dans les réglages de ce serveur.',
    'proxy-name-unknown': 'Aucun proxy ne porte le nom {{proxy}}. Vérifiez son orthographe.',
    'proxy-not-listening': 'Aucun proxy ne tourne à l’adresse {{proxy}}. Vérifiez son hôte et son port.',
    'proxy-silent':
      'Le proxy {{proxy}} ne répond pas. Vérifiez son hôte et son port ou adressez-vous au responsable du réseau.',
    'proxy-cuts':
      'Le proxy {{proxy}} coupe la connexion avant qu’elle soit établie. Adressez-vous au responsable du réseau.',
    'proxy-needs-sign-in':
      'Le proxy {{proxy}} demande un utilisateur et un mot de passe. Saisissez-les dans les réglages de ce serveur.',
    'proxy-refuses-sign-in':
      'Le proxy {{proxy}} n’accepte pas l’utilisateur ou le mot de passe. Vérifiez-les dans les réglages de ce serveur.',
    'proxy-refuses':
      'Le proxy {{proxy}} n’autorise pas de connexion à ce serveur. Demandez au responsable du réseau d’autoriser l’hôte et le port.',
    'proxy-cannot-reach': 'Le proxy {{proxy}} ne peut pas atteindre le serveur. Vérifiez l’hôte et le port du serveur.',
    'proxy-shows-page':
      'Le proxy {{proxy}} répond par une page web au lieu d’une connexion. Ouvrez un navigateur : il faut peut-être d’abord vous y connecter au réseau.',
    'proxy-is-none':
      'Ce qui répond à l’adresse {{proxy}} n’est pas un proxy pour de telles connexions. Vérifiez l’hôte et le port du proxy.',
    'tunnel-cut':
      'La connexion par le proxy {{proxy}} a été coupée. Reconnexion automatique. Si cela arrive souvent, demandez au responsable du réseau d’autoriser les longues connexions.',
    'client-certificate-expired':
      'Le certificat de cet ordinateur a expiré ou n’est pas encore valable. Ajoutez-en un nouveau dans les réglages de ce serveur et vérifiez l’horloge de cet ordinateur.',
    'untrusted-issuer':
      'Le certificat du serveur vient d’un émetteur auquel cet ordinateur ne fait pas confiance. Vérifiez l’hôte, ou faites installer le certificat de l’émetteur sur cet ordinateur.',
    'self-signed':
      'Le serveur a signé lui-même son certificat ; personne ne s’en porte garant. Vérifiez l’hôte, ou faites installer le certificat sur cet ordinateur.',
    'wrong-name': 'Le certificat du serveur est établi pour un autre nom d’hôte. Vérifiez l’orthographe de l’hôte.',
    expired:
      'Le certificat du serveur a expiré. Prévenez l’exploitant du serveur et vérifiez l’horloge de cet ordinateur.',
    'not-yet-valid':
      'Le certificat du serveur n’est pas encore valable. Vérifiez la date et l’heure de cet ordinateur.',
    'client-certificate-required':
      'Le serveur demande un certificat de cet ordinateur. Ajoutez-en un dans les réglages de ce serveur.',
    'client-certificate-refused': 'Le serveur refuse le certificat de cet ordinateur.',
    'protocol-mismatch':
      'Le serveur ne propose qu’un chiffrement trop ancien ou inconnu (TLS 1.2 ou plus récent est nécessaire). Prévenez l’exploitant du serveur.',
    'server-is-plaintext': 'Le serveur répond sans chiffrement sur ce port. Vérifiez le port.',
    'server-is-tls':
      'Le serveur attend une connexion chiffrée sur ce port, mais celle-ci ne l’est pas. Vérifiez l’hôte, le port et le réglage de la connexion non chiffrée.',
    'http-1': 'Un serveur HTTP/1 répond sur ce port ; openOBD a besoin de HTTP/2. Vérifiez l’hôte et le port.',
  },
  pem: {
    'no-certificate':
      'Ces fichiers ne contiennent aucun certificat. Choisissez des fichiers PEM (ils commencent par -----BEGIN CERTIFICATE-----).',
    'no-key': 'Ces fichiers ne contiennent aucune clé privée. Choisissez le certificat et sa clé ensemble.',
    'key-protected': 'La clé privée est protégée par un mot de passe. Exportez-la sans mot de passe, puis importez-la.',
    'key-of-another-certificate':
      'La clé privée appartient à un autre certificat. Choisissez les deux fichiers qui vont ensemble.',
  },
  failure: {
    'partner-api-failed': 'La Partner API a un problème en ce moment. Elle sera interrogée de nouveau automatiquement.',
    'partner-api-forbidden':
      'Ce compte n’a pas le droit de lire cela par la Partner API. Demandez à votre contact auprès de la plateforme.',
    'partner-api-unreadable':
      'Ce qui répond à l’adresse de la Partner API n’est pas la Partner API. Vérifiez les adresses dans les réglages de ce serveur.',
    'secret-locked':
      'Le trousseau de cet ordinateur est verrouillé. Déverrouillez-le ; la connexion suivra automatiquement.',
    'file-unreadable':
      'Ce fichier est endommagé ou n’est pas une liste de serveurs. Choisissez un fichier exporté par cette application.',
    'file-too-new':
      'Ce fichier vient d’une version plus récente de l’application. Mettez l’application à jour, puis importez-le de nouveau.',
    'certificate-unusable': 'Ces certificats ne peuvent pas être utilisés.',
    'invalid-input': 'Quelque chose dans votre saisie ne peut pas être utilisé.',
    'not-found': 'Cela n’existe plus.',
    'unknown-ticket': 'Il n’y a pas de ticket avec ce numéro. Vérifiez le numéro sur l’ordre de réparation.',
    'unknown-connector': 'Il n’y a pas de boîtier de diagnostic avec ce numéro. Vérifiez le numéro sur l’appareil.',
    'connector-offline': 'Le boîtier de diagnostic est hors ligne. Vérifiez son branchement et sa connexion internet.',
    'resource-in-use': 'Une autre session utilise déjà cette connexion.',
    'no-free-resources': 'La plateforme n’a pas de place libre pour le moment. Réessayez dans deux minutes.',
    'wrong-credentials': 'Le serveur n’accepte pas l’identifiant du client ou le secret.',
    'secret-missing':
      'Le secret de ce serveur est de nouveau nécessaire. Il n’est gardé que tant que l’application est ouverte.',
    'server-gone': 'Le serveur de la dernière fois n’est plus connu. Choisissez-en un.',
    'server-chosen': 'Ce serveur est choisi. Choisissez-en un autre avant de le supprimer.',
    'plaintext-declined': 'Le serveur n’a pas été enregistré, car l’envoi sans chiffrement n’a pas été accepté.',
    'cluster-missing': 'Le cluster manque ou n’est pas le bon.',
    unauthorised: 'Le serveur n’accepte plus les accès.',
    'already-claimed': 'Quelqu’un d’autre a déjà pris cette session.',
    'not-allowed-now': 'Ce n’est pas possible en ce moment.',
    'session-ended': 'La session est déjà terminée.',
    'session-expired': 'La session a expiré. Lancez-en une nouvelle.',
    'connection-lost': 'La connexion a été perdue avant la fin.',
    'timed-out': 'Le serveur n’a pas répondu à temps.',
    'not-supported-by-server': 'Ce serveur ne sait pas le faire.',
    'not-an-openobd-service': 'Ce n’est pas un service openOBD. Vérifiez l’hôte et le port.',
    'tls-failed': 'Aucune connexion chiffrée au serveur n’est possible. Vérifiez l’hôte, le port et le certificat.',
    'proxy-failed': 'Le proxy ne laisse pas passer la connexion. Vérifiez le proxy dans les réglages de ce serveur.',
    'endpoint-refused': 'Ce serveur est refusé pour des raisons de sécurité. Les clés ne sont envoyées que chiffrées.',
    'engine-failed': 'Le simulateur intégré ne fonctionne plus.',
    'car-not-reached':
      'Le véhicule n’est pas joignable pour le moment. Vérifiez que le boîtier de diagnostic est bien branché et connecté à internet.',
    'function-failed': 'La fonction a échoué.',
    'prompt-answered': 'On a déjà répondu à cette question ailleurs.',
    'prompt-withdrawn': 'La question a été retirée avant l’arrivée de votre réponse.',
    'answer-invalid': 'La fonction n’accepte pas cette réponse.',
    'secret-in-text':
      'Ce texte contient un secret du client ou un jeton de cette application. Il n’a pas été envoyé. Supprimez-le.',
    'image-unavailable': 'L’image ne peut pas être affichée.',
    'storage-failed': 'L’historique ne peut pas être enregistré sur cet ordinateur. La session continue.',
    'disk-full': 'Le disque de cet ordinateur est plein. Libérez de l’espace et réessayez.',
    'not-recorded': 'L’historique n’a pas pu être enregistré, rien n’a donc été fait. {{reason}}',
    'too-many-requests': 'Trop de demandes. Réessayez dans un instant.',
    'update-unreachable':
      'Le serveur de mise à jour n’est pas joignable. L’application fonctionne sans lui ; réessayez plus tard.',
    'update-not-signed':
      'La mise à jour a été refusée, car personne ne s’en porte garant : sa signature manque ou est fausse, ou elle n’est pas arrivée chiffrée. Prévenez l’exploitant du serveur de mise à jour.',
    'update-damaged': 'La mise à jour est arrivée endommagée ou incomplète et a été refusée. Réessayez.',
    'update-stale':
      'La mise à jour a été refusée, car sa liste date de plus de 30 jours. Vérifiez la date de cet ordinateur et prévenez l’exploitant du serveur de mise à jour.',
    'update-older': 'Le serveur de mise à jour propose une version plus ancienne que la vôtre. Rien n’a été changé.',
    'update-not-installed':
      'La mise à jour n’a pas pu être installée ; votre version actuelle reste en place. Fermez les autres fenêtres de l’application, vérifiez que vous pouvez écrire dans son dossier et réessayez.',
    'update-job-open': 'Pas de mise à jour tant qu’une intervention est ouverte. Terminez-la d’abord.',
    internal: 'Une erreur s’est produite dans l’application.',
  },
}
