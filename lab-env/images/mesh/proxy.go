package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"os"
	"path"
	"strings"
	"time"
)

// meshPort is where every proxy of the mesh listens for the others.
const meshPort = "8443"

// settings are a proxy's files and addresses.
type settings struct {
	Identity, Trust           string   // files: this Pod's key and certificate; whom to trust
	App                       string   // the program that this proxy stands for
	Allow                     []string // patterns of the Pods that may ask it; none: every Pod of the mesh
	Inbound, Outbound, Health string   // where it listens
}

// files reads whom to trust, and this Pod's key and certificate. The kubelet renews both, so each
// handshake reads them anew.
func (s settings) files() (*x509.CertPool, tls.Certificate, error) {
	mine, err := tls.LoadX509KeyPair(s.Identity, s.Identity)
	if err != nil {
		return nil, mine, err
	}
	trusted, err := os.ReadFile(s.Trust)
	if err != nil {
		return nil, mine, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(trusted) {
		return nil, mine, fmt.Errorf("%s holds no certificate", s.Trust)
	}
	return pool, mine, nil
}

// server demands a certificate of whoever comes, and shows this Pod's own.
func (s settings) server(*tls.ClientHelloInfo) (*tls.Config, error) {
	pool, mine, err := s.files()
	if err != nil {
		return nil, err
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{mine},
		ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool,
	}, nil
}

// dial opens a connection to another proxy, which must have the name that was asked for.
func (s settings) dial(limit context.Context, network, address string) (net.Conn, error) {
	pool, mine, err := s.files()
	if err != nil {
		return nil, err
	}
	config := &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{mine}, RootCAs: pool}
	return (&tls.Dialer{Config: config}).DialContext(limit, network, address)
}

// peer is the Pod that a verified certificate speaks for.
func peer(state *tls.ConnectionState) string {
	for _, name := range state.PeerCertificates[0].URIs {
		if name.Host == trustDomain {
			return path.Base(name.Path)
		}
	}
	return "somebody without a name"
}

func (s settings) allows(name string) bool {
	for _, pattern := range s.Allow {
		if found, err := path.Match(pattern, name); err == nil && found {
			return true
		}
	}
	return len(s.Allow) == 0
}

// inbound lets in who has a name that may come, and tells the program who it was.
func (s settings) inbound() http.Handler {
	app := &httputil.ReverseProxy{
		Rewrite: func(out *httputil.ProxyRequest) {
			out.Out.URL.Scheme, out.Out.URL.Host = "http", s.App
			out.Out.Header.Set("X-Mesh-Peer", peer(out.In.TLS))
		},
		ErrorLog: log.Default(),
	}
	return http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		who := peer(in.TLS)
		if !s.allows(who) {
			log.Printf("refused %s: %s %s", who, in.Method, in.URL.Path)
			http.Error(out, "the mesh knows "+who+", and does not let it in", http.StatusForbidden)
			return
		}
		log.Printf("let in %s: %s %s", who, in.Method, in.URL.Path)
		app.ServeHTTP(out, in)
	})
}

// outbound takes the program's plain requests and sends them to the other side's proxy.
func (s settings) outbound() http.Handler {
	return &httputil.ReverseProxy{
		Rewrite: func(out *httputil.ProxyRequest) {
			host := out.In.URL.Hostname()
			out.Out.URL.Scheme, out.Out.URL.Host = "https", net.JoinHostPort(host, meshPort)
		},
		// No connection outlives its request: the next one may find another Pod under the name.
		Transport: &http.Transport{DialTLSContext: s.dial, DisableKeepAlives: true},
		ErrorHandler: func(out http.ResponseWriter, _ *http.Request, err error) {
			http.Error(out, "the mesh can't reach it: "+err.Error(), http.StatusBadGateway)
		},
	}
}

// proxy serves both directions until it is stopped. As a native sidecar it is stopped last.
func proxy(limit context.Context, s settings) error {
	if _, _, err := s.files(); err != nil {
		return err
	}
	servers := []*http.Server{
		{Addr: s.Inbound, Handler: s.inbound(), TLSConfig: &tls.Config{GetConfigForClient: s.server, MinVersion: tls.VersionTLS13}, ReadHeaderTimeout: 5 * time.Second, ErrorLog: log.Default()},
		{Addr: s.Outbound, Handler: onlyProxied(s.outbound()), ReadHeaderTimeout: 5 * time.Second},
		{Addr: s.Health, Handler: http.HandlerFunc(well), ReadHeaderTimeout: 5 * time.Second},
	}
	failed := make(chan error, len(servers))
	for _, each := range servers {
		go func() {
			if each.TLSConfig != nil {
				failed <- each.ListenAndServeTLS("", "")
				return
			}
			failed <- each.ListenAndServe()
		}()
	}
	log.Printf("stands before %s", s.App)
	var err error
	select {
	case err = <-failed:
	case <-limit.Done():
	}
	for _, each := range servers {
		err = errors.Join(err, each.Close())
	}
	return err
}

// onlyProxied refuses what was not sent by a program that uses this as its HTTP proxy.
func onlyProxied(next http.Handler) http.Handler {
	return http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		if !strings.HasPrefix(in.RequestURI, "http://") {
			http.Error(out, "this is an HTTP proxy for plain HTTP", http.StatusBadRequest)
			return
		}
		next.ServeHTTP(out, in)
	})
}
