package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/url"
	"time"
)

// trustDomain is the first part of every identity.
const trustDomain = "cluster.local"

// authority signs certificates. Its key lives in this process alone: a new process is a new
// authority, and what the old one signed is worth nothing to those who trust the new one.
type authority struct {
	key         crypto.Signer
	certificate *x509.Certificate
}

func newAuthority(lifetime time.Duration) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		Subject:   pkix.Name{CommonName: "the mesh of this lab"},
		NotBefore: time.Now().Add(-time.Minute), NotAfter: time.Now().Add(lifetime),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	certificate, err := signed(template, template, key.Public(), key)
	return &authority{key, certificate}, err
}

// pod is whom a certificate speaks for.
type pod struct{ Namespace, Name, Hostname, Subdomain string }

// identity is the Pod's name in its certificate, in the form that SPIFFE gives it.
func (p pod) identity() *url.URL {
	return &url.URL{Scheme: "spiffe", Host: trustDomain, Path: "/ns/" + p.Namespace + "/pod/" + p.Name}
}

// names are the DNS names that the headless Service gives the Pod, short and long. A Pod without
// a subdomain has none: it can ask others, and nobody can reach it by name.
func (p pod) names() []string {
	if p.Hostname == "" || p.Subdomain == "" {
		return nil
	}
	short := p.Hostname + "." + p.Subdomain
	long := short + "." + p.Namespace
	return []string{short, long, long + ".svc", long + ".svc." + trustDomain}
}

// issue signs the public key for a Pod, for the server's and the client's side of a connection.
func (a *authority) issue(who pod, key crypto.PublicKey, lifetime time.Duration) (*x509.Certificate, error) {
	// Whole seconds: the API server compares them with the times in the certificate.
	begins := time.Now().UTC().Truncate(time.Second)
	return signed(&x509.Certificate{
		Subject:   pkix.Name{CommonName: who.Name},
		NotBefore: begins, NotAfter: begins.Add(lifetime),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		DNSNames:    who.names(), URIs: []*url.URL{who.identity()},
	}, a.certificate, key, a.key)
}

func signed(template, parent *x509.Certificate, key crypto.PublicKey, by crypto.Signer) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	template.SerialNumber = serial
	made, err := x509.CreateCertificate(rand.Reader, template, parent, key, by)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(made)
}

func asPEM(certificate *x509.Certificate) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw}))
}
