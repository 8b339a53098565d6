package routes

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
)

func pkcs8(t *testing.T, key any) []byte {
	t.Helper()
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestTheKubeletsCredentialsReachTheServer(t *testing.T) {
	for name, inFile := range map[string]bool{"in the kubeconfig": false, "in a file that the kubelet renews": true} {
		t.Run(name, func(t *testing.T) {
			var certificates int
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				certificates = len(r.TLS.PeerCertificates)
				w.Write([]byte(`{"metadata":{"resourceVersion":"7"},"items":[]}`))
			}))
			server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
			server.StartTLS()
			defer server.Close()
			address, settings, err := readKubeconfig(writeKubeconfig(t, server, inFile))
			if err != nil {
				t.Fatal(err)
			}
			if _, version, err := (&api{server: address, client: newClient(settings)}).list(context.Background()); err != nil || version != "7" {
				t.Errorf("version %q, error %v", version, err)
			}
			if certificates != 1 {
				t.Errorf("the server saw %d client certificates", certificates)
			}
		})
	}
}

func TestAnotherServersCertificateIsRefused(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	_, settings, err := readKubeconfig(writeKubeconfig(t, server, false))
	if err != nil {
		t.Fatal(err)
	}
	settings.RootCAs = x509.NewCertPool()
	var refused *tls.CertificateVerificationError
	if _, _, err := (&api{server: server.URL, client: newClient(settings)}).list(context.Background()); !errors.As(err, &refused) {
		t.Errorf("got %v", err)
	}
}

func TestBeforeTheNodeJoinsTheFileIsSimplyMissing(t *testing.T) {
	if _, _, err := readKubeconfig(filepath.Join(t.TempDir(), "kubelet.conf")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestABrokenKubeconfigIsAnErrorAndNoPanic(t *testing.T) {
	for name, content := range map[string]string{
		"empty":              "",
		"not YAML":           "\t",
		"no user":            `{"clusters":[{"cluster":{"server":"https://a"}}]}`,
		"no authority":       `{"clusters":[{"cluster":{"server":"https://a"}}],"users":[{}]}`,
		"authority not PEM":  `{"clusters":[{"cluster":{"certificate-authority-data":"bm8="}}],"users":[{}]}`,
		"authority no bytes": `{"clusters":[{"cluster":{"certificate-authority-data":"%"}}],"users":[{}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "kubelet.conf")
			write(t, path, []byte(content))
			if _, _, err := readKubeconfig(path); err == nil {
				t.Error("no error")
			}
		})
	}
}
