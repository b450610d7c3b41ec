#!/bin/sh
# Makes the certificates of the TLS tests: two authorities and leaves that are right or wrong in one way each. Test keys only.
set -eu
cd "$(dirname "$0")"
from=20250101000000Z
to=21250101000000Z
request() { # name
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr" 2>/dev/null
}
sign() { # name, extension, not before, not after, arguments that name the signer
  printf '%s\n' "$2" > "$1.ext"
  name=$1; start=$3; end=$4
  shift 4
  openssl ca -batch -notext -md sha256 -config ca.cnf -extfile "$name.ext" -startdate "$start" -enddate "$end" -in "$name.csr" -out "$name.pem" "$@" 2>/dev/null
  rm -f "$name.csr" "$name.ext"
}
own() { request "$1"; sign "$1" "$2" "$from" "$to" -selfsign -keyfile "$1.key"; }
leaf() { request "$1"; sign "$1" "subjectAltName=$2" "$4" "$5" -cert "$3.pem" -keyfile "$3.key"; }
printf '[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\npolicy=p\nunique_subject=no\n[p]\ncommonName=supplied\n' > ca.cnf
: > index.txt
echo 1000 > serial
own authority 'basicConstraints=critical,CA:TRUE'
own stranger 'basicConstraints=critical,CA:TRUE'
own self-signed 'subjectAltName=IP:127.0.0.1'
leaf good 'DNS:localhost,IP:127.0.0.1' authority "$from" "$to"
leaf wrong-name 'DNS:elsewhere.example' authority "$from" "$to"
leaf expired 'IP:127.0.0.1' authority 20200101000000Z 20210101000000Z
leaf not-yet-valid 'IP:127.0.0.1' authority 21200101000000Z "$to"
leaf of-stranger 'IP:127.0.0.1' stranger "$from" "$to"
rm -f ca.cnf index.txt* serial* authority.key stranger.key 10*.pem
