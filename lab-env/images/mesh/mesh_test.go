package main

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// member is what the kubelet would put into a Pod of the set safe: its files.
func member(t *testing.T, by *authority, name string) settings {
	t.Helper()
	folder, key := t.TempDir(), newKey(t)
	made, err := by.issue(pod{"chapter-6", name, "localhost", ""}, key.Public(), time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return files(t, folder, key, asPEM(made), asPEM(by.certificate))
}

func files(t *testing.T, folder string, key crypto.PrivateKey, certificate, trust string) settings {
	t.Helper()
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	bundle := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw})) + certificate
	s := settings{Identity: filepath.Join(folder, "mine.pem"), Trust: filepath.Join(folder, "ca.pem")}
	for file, text := range map[string]string{s.Identity: bundle, s.Trust: trust} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// serving starts the inbound side of a member, before an app that tells who asked.
func serving(t *testing.T, s settings) string {
	t.Helper()
	app := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		fmt.Fprintf(out, "asked by %s", in.Header.Get("X-Mesh-Peer"))
	}))
	t.Cleanup(app.Close)
	s.App = strings.TrimPrefix(app.URL, "http://")
	server := httptest.NewUnstartedServer(s.inbound())
	server.TLS = &tls.Config{GetConfigForClient: s.server}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL
}

// ask sends a request as a member would, without looking at the other's name.
func ask(t *testing.T, s settings, url string) (int, string, error) {
	t.Helper()
	_, mine, err := s.files()
	if err != nil {
		t.Fatal(err)
	}
	config := &tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{mine}}
	return asked(config, url)
}

func asked(config *tls.Config, url string) (int, string, error) {
	client := http.Client{Transport: &http.Transport{TLSClientConfig: config}, Timeout: 5 * time.Second}
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return 0, "", err
	}
	request.Header.Set("X-Mesh-Peer", "safe-0") // a lie, which must not get through
	answer, err := client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(text), err
}

func TestAMemberIsLetInUnderTheNameInItsCertificate(t *testing.T) {
	by, err := newAuthority(time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	one := member(t, by, "safe-1")
	one.Allow = []string{"safe-*"}
	url := serving(t, one)
	if code, text, err := ask(t, member(t, by, "safe-2"), url); code != 200 || text != "asked by safe-2" {
		t.Errorf("%d %q %v", code, text, err)
	}
	if code, text, err := ask(t, member(t, by, "stranger"), url); code != 403 || !strings.Contains(text, "stranger") {
		t.Errorf("a stranger: %d %q %v", code, text, err)
	}
}

func TestWhoHasNoCertificateOrAnotherAuthoritysIsTurnedAway(t *testing.T) {
	by, _ := newAuthority(time.Hour)
	other, _ := newAuthority(time.Hour)
	url := serving(t, member(t, by, "safe-1"))
	if code, _, err := asked(&tls.Config{InsecureSkipVerify: true}, url); err == nil {
		t.Errorf("without a certificate: %d", code)
	}
	if code, _, err := ask(t, member(t, other, "safe-0"), url); err == nil {
		t.Errorf("of another authority: %d", code)
	}
}

func TestTheOtherSideMustHaveTheNameThatWasAskedFor(t *testing.T) {
	by, _ := newAuthority(time.Hour)
	address := strings.TrimPrefix(serving(t, member(t, by, "safe-1")), "https://")
	// The server's certificate names no host at all, for its Pod has no subdomain.
	if _, err := member(t, by, "safe-0").dial(context.Background(), "tcp", address); err == nil {
		t.Error("it talked to somebody with another name")
	}
}

func TestACertificateNamesThePodInTheSetsDomain(t *testing.T) {
	names := pod{"chapter-6", "safe-1", "safe-1", "safe"}.names()
	want := "safe-1.safe safe-1.safe.chapter-6 safe-1.safe.chapter-6.svc safe-1.safe.chapter-6.svc.cluster.local"
	if got := strings.Join(names, " "); got != want {
		t.Error(got)
	}
	if names := (pod{"chapter-6", "toolbox", "", ""}).names(); names != nil {
		t.Error(names)
	}
}

func TestItShowsWhomTheCertificateSpeaksFor(t *testing.T) {
	by, _ := newAuthority(time.Hour)
	key := newKey(t)
	made, err := by.issue(pod{"chapter-6", "safe-1", "safe-1", "safe"}, key.Public(), time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := show(&out, files(t, t.TempDir(), key, asPEM(made), asPEM(by.certificate))); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"subject    safe-1\n", "/ns/chapter-6/pod/safe-1\n", "DNS name   safe-1.safe\n"} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("%q is missing from:\n%s", line, out.String())
		}
	}
}

func TestTheProxyTakesOnlyWhatWasMeantForAProxy(t *testing.T) {
	server := httptest.NewServer(onlyProxied(http.NotFoundHandler()))
	defer server.Close()
	if code, _, err := asked(nil, server.URL); code != 400 {
		t.Errorf("%d %v", code, err)
	}
}

// apiServer is as much of Kubernetes as the signer asks.
func apiServer(t *testing.T, uid string) (*cluster, *map[string]any) {
	t.Helper()
	var patched map[string]any
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		switch {
		case in.Method == http.MethodGet && strings.HasSuffix(in.URL.Path, "/pods/safe-1"):
			fmt.Fprintf(out, `{"metadata": {"uid": %q}, "spec": {"hostname": "safe-1", "subdomain": "safe"}}`, uid)
		case in.Method == http.MethodPatch && strings.HasSuffix(in.URL.Path, "/status"):
			if err := json.NewDecoder(in.Body).Decode(&patched); err != nil {
				t.Error(err)
			}
		default:
			http.Error(out, "who asks for that?", http.StatusNotFound)
		}
	}))
	t.Cleanup(server.Close)
	return &cluster{server.URL, "chapter-6", server.Client(), func() (string, error) { return "token", nil }}, &patched
}

func requested(t *testing.T) request {
	t.Helper()
	stub, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, newKey(t))
	if err != nil {
		t.Fatal(err)
	}
	var asked request
	asked.Metadata.Name, asked.Metadata.Namespace = "req-1", "chapter-6"
	asked.Spec.SignerName, asked.Spec.PodName, asked.Spec.PodUID = signerName, "safe-1", "uid-1"
	asked.Spec.StubPKCS10Request, asked.Spec.MaxExpirationSeconds = stub, 3600
	return asked
}

func TestTheSignerSignsForThePodThatIsThere(t *testing.T) {
	by, _ := newAuthority(time.Hour)
	there, patched := apiServer(t, "uid-1")
	settle(context.Background(), there, by, requested(t))
	status, _ := (*patched)["status"].(map[string]any)
	chain, _ := status["certificateChain"].(string)
	block, _ := pem.Decode([]byte(chain))
	if block == nil {
		t.Fatalf("no certificate in %v", *patched)
	}
	made, err := x509.ParseCertificate(block.Bytes)
	if err != nil || made.URIs[0].String() != "spiffe://cluster.local/ns/chapter-6/pod/safe-1" {
		t.Errorf("%v %v", made.URIs, err)
	}
	if got := made.NotAfter.Sub(made.NotBefore); got != time.Hour {
		t.Errorf("it is good for %s", got)
	}
	if err := made.VerifyHostname("safe-1.safe"); err != nil {
		t.Error(err)
	}
}

func TestTheSignerSignsNothingForOthersAndForPodsThatAreGone(t *testing.T) {
	by, _ := newAuthority(time.Hour)
	there, patched := apiServer(t, "uid-2")
	settle(context.Background(), there, by, requested(t))
	foreign := requested(t)
	foreign.Spec.SignerName, foreign.Spec.PodUID = "somebody/else", "uid-2"
	settle(context.Background(), there, by, foreign)
	answered := requested(t)
	answered.Spec.PodUID = "uid-2"
	answered.Status.Conditions = []struct{ Type string }{{"Denied"}}
	settle(context.Background(), there, by, answered)
	if *patched != nil {
		t.Errorf("it signed: %v", *patched)
	}
}
