package routes

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"sigs.k8s.io/yaml"
)

// kubeconfig holds the few fields of a kubeconfig file that kubeadm writes for a kubelet.
type kubeconfig struct {
	Clusters []struct {
		Cluster struct {
			Server string `json:"server"`
			CA     string `json:"certificate-authority-data"`
		} `json:"cluster"`
	} `json:"clusters"`
	Users []struct {
		User struct {
			CertificateFile string `json:"client-certificate"`
			KeyFile         string `json:"client-key"`
			Certificate     string `json:"client-certificate-data"`
			Key             string `json:"client-key-data"`
		} `json:"user"`
	} `json:"users"`
}

// readKubeconfig gives the API server's address and the TLS settings to reach it as the kubelet.
// The error wraps os.ErrNotExist while the node has not joined yet.
func readKubeconfig(path string) (server string, settings *tls.Config, err error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", nil, err
	}
	var config kubeconfig
	if err := yaml.Unmarshal(raw, &config); err != nil {
		return "", nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(config.Clusters) == 0 || len(config.Users) == 0 {
		return "", nil, fmt.Errorf("%s names no cluster or no user", path)
	}
	settings, err = config.tls()
	if err != nil {
		return "", nil, fmt.Errorf("%s: %w", path, err)
	}
	return config.Clusters[0].Cluster.Server, settings, nil
}

func (c *kubeconfig) tls() (*tls.Config, error) {
	authority, err := base64.StdEncoding.DecodeString(c.Clusters[0].Cluster.CA)
	if err != nil {
		return nil, fmt.Errorf("certificate-authority-data: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(authority) {
		return nil, errors.New("certificate-authority-data holds no certificate")
	}
	pair, err := c.keyPair()
	if err != nil {
		return nil, fmt.Errorf("client certificate: %w", err)
	}
	return &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, nil
}

// keyPair reads the client certificate from the file that the kubelet renews,
// or from the kubeconfig itself, as kubeadm writes it on the control plane.
func (c *kubeconfig) keyPair() (tls.Certificate, error) {
	user := c.Users[0].User
	if user.CertificateFile != "" {
		return tls.LoadX509KeyPair(user.CertificateFile, user.KeyFile)
	}
	certificate, err := base64.StdEncoding.DecodeString(user.Certificate)
	if err != nil {
		return tls.Certificate{}, err
	}
	key, err := base64.StdEncoding.DecodeString(user.Key)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.X509KeyPair(certificate, key)
}

// newClient makes an HTTP client that notices a server that went away without a word: no answer to
// a request after 10 seconds, or none to TCP's probes for 20 seconds in the middle of a watch.
func newClient(settings *tls.Config) *http.Client {
	dialer := &net.Dialer{
		Timeout:         3 * time.Second,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: 5 * time.Second, Count: 3},
	}
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig:       settings,
		DialContext:           dialer.DialContext,
		TLSHandshakeTimeout:   5 * time.Second,
		ResponseHeaderTimeout: 10 * time.Second,
	}}
}
