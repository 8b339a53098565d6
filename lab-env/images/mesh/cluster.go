package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
)

// account is where the kubelet puts a Pod's way to the API server.
const account = "/var/run/secrets/kubernetes.io/serviceaccount/"

// cluster is the API server, asked as this Pod's service account.
type cluster struct {
	address   string
	namespace string
	client    *http.Client
	token     func() (string, error) // read anew each time: the kubelet renews it
}

func inCluster() (*cluster, error) {
	authorities, err := os.ReadFile(account + "ca.crt")
	if err != nil {
		return nil, fmt.Errorf("this runs only in a Pod: %w", err)
	}
	namespace, err := os.ReadFile(account + "namespace")
	if err != nil {
		return nil, err
	}
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(authorities)
	return &cluster{
		address:   "https://" + net.JoinHostPort(os.Getenv("KUBERNETES_SERVICE_HOST"), os.Getenv("KUBERNETES_SERVICE_PORT")),
		namespace: string(namespace),
		client:    &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted}}},
		token: func() (string, error) {
			token, err := os.ReadFile(account + "token")
			return strings.TrimSpace(string(token)), err
		},
	}, nil
}

// open sends a request and returns the answer's body; any status but a 2xx is an error.
func (c *cluster) open(limit context.Context, method, path, content string, body any) (io.ReadCloser, error) {
	written, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(limit, method, c.address+path, bytes.NewReader(written))
	if err != nil {
		return nil, err
	}
	token, err := c.token()
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	if content != "" {
		request.Header.Set("Content-Type", content)
	}
	answer, err := c.client.Do(request)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode/100 != 2 {
		defer answer.Body.Close()
		why, _ := io.ReadAll(io.LimitReader(answer.Body, 4<<10))
		return nil, fmt.Errorf("%s %s: %s: %s", method, path, answer.Status, why)
	}
	return answer.Body, nil
}

func (c *cluster) get(limit context.Context, path string, into any) error {
	body, err := c.open(limit, http.MethodGet, path, "", nil)
	if err != nil {
		return err
	}
	defer body.Close()
	return json.NewDecoder(body).Decode(into)
}

func (c *cluster) patch(limit context.Context, path, content string, change any) error {
	body, err := c.open(limit, http.MethodPatch, path, content, change)
	if err != nil {
		return err
	}
	return body.Close()
}
