package routes

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// cluster answers the list with nodes, and each watch with the events that are sent to it.
type cluster struct {
	nodes  []*node
	events chan string
}

func (c *cluster) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("watch") == "" {
		answer := map[string]any{"metadata": map[string]string{"resourceVersion": "7"}, "items": c.nodes}
		if err := json.NewEncoder(w).Encode(answer); err != nil {
			panic(err)
		}
		return
	}
	if version := r.URL.Query().Get("resourceVersion"); version != "7" {
		http.Error(w, "the watch must go on where the list ended, not at "+version, http.StatusBadRequest)
		return
	}
	w.(http.Flusher).Flush()
	for event := range c.events {
		fmt.Fprintln(w, event)
		w.(http.Flusher).Flush()
	}
}

func event(t *testing.T, kind string, object any) string {
	t.Helper()
	raw, err := json.Marshal(map[string]any{"type": kind, "object": object})
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func start(t *testing.T, c *cluster) *api {
	t.Helper()
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	return &api{server: server.URL, client: server.Client()}
}

func TestFollowTellsOfTheListAndOfEachChange(t *testing.T) {
	c := &cluster{nodes: []*node{makeNode("a", "10.244.0.0/24")}, events: make(chan string, 3)}
	c.events <- event(t, "ADDED", makeNode("b", "10.244.1.0/24"))
	c.events <- event(t, "MODIFIED", makeNode("b", "10.244.2.0/24"))
	c.events <- event(t, "DELETED", makeNode("a", "10.244.0.0/24"))
	close(c.events)
	var seen []string
	err := start(t, c).follow(context.Background(), func(nodes map[string]*node) error {
		var line []string
		for _, name := range slices.Sorted(maps.Keys(nodes)) {
			line = append(line, name+" "+nodes[name].Spec.PodCIDR)
		}
		seen = append(seen, strings.Join(line, ", "))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"a 10.244.0.0/24", "a 10.244.0.0/24, b 10.244.1.0/24", "a 10.244.0.0/24, b 10.244.2.0/24", "b 10.244.2.0/24"}
	if !slices.Equal(seen, want) {
		t.Errorf("got %q, want %q", seen, want)
	}
}

func ignore(map[string]*node) error { return nil }

func TestAnExpiredVersionEndsTheWatchWithItsReason(t *testing.T) {
	c := &cluster{events: make(chan string, 1)}
	c.events <- event(t, "ERROR", map[string]any{"code": 410, "message": "too old resource version"})
	close(c.events)
	err := start(t, c).follow(context.Background(), ignore)
	if err == nil || !strings.Contains(err.Error(), "too old resource version") {
		t.Errorf("got %v", err)
	}
}

func TestARefusalIsToldWithItsStatus(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }))
	defer server.Close()
	err := (&api{server: server.URL, client: server.Client()}).follow(context.Background(), ignore)
	if err == nil || !strings.Contains(err.Error(), "403") {
		t.Errorf("got %v", err)
	}
}

func TestAChangeThatFailsEndsTheWatch(t *testing.T) {
	c := &cluster{events: make(chan string)}
	defer close(c.events)
	broken := errors.New("no route")
	if err := start(t, c).follow(context.Background(), func(map[string]*node) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func TestFollowEndsWithItsContext(t *testing.T) {
	c := &cluster{events: make(chan string)}
	ctx, cancel := context.WithCancel(context.Background())
	nodes := start(t, c)
	ended := make(chan error, 1)
	go func() { ended <- nodes.follow(ctx, func(map[string]*node) error { cancel(); return nil }) }()
	select {
	case err := <-ended:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("still following 10 seconds after the end")
	}
	close(c.events)
}

// writeKubeconfig writes one for the server, whose own certificate serves as the client's too.
func writeKubeconfig(t *testing.T, server *httptest.Server, inFile bool) string {
	t.Helper()
	certificate := server.TLS.Certificates[0]
	public := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]})
	private := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8(t, certificate.PrivateKey)})
	folder := t.TempDir()
	user := map[string]string{
		"client-certificate-data": base64.StdEncoding.EncodeToString(public),
		"client-key-data":         base64.StdEncoding.EncodeToString(private),
	}
	if inFile {
		both := filepath.Join(folder, "kubelet-client-current.pem")
		write(t, both, append(slices.Clone(public), private...))
		user = map[string]string{"client-certificate": both, "client-key": both}
	}
	raw, err := json.Marshal(map[string]any{
		"clusters": []any{map[string]any{"cluster": map[string]string{
			"server": server.URL, "certificate-authority-data": base64.StdEncoding.EncodeToString(public),
		}}},
		"users": []any{map[string]any{"user": user}},
	})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "kubelet.conf")
	write(t, path, raw)
	return path
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
