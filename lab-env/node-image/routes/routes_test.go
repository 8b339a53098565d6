package routes

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// restless answers each list with the next address of node b, ends each watch at once, and calls
// done when it has no more addresses.
type restless struct {
	addresses []string
	done      func()
}

func (r *restless) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if request.URL.Query().Get("watch") != "" {
		return
	}
	if len(r.addresses) == 0 {
		r.done()
		http.Error(w, "no more", http.StatusServiceUnavailable)
		return
	}
	b := makeNode("b", "10.244.1.0/24", "InternalIP", r.addresses[0])
	r.addresses = r.addresses[1:]
	if err := json.NewEncoder(w).Encode(map[string]any{"items": []*node{b}}); err != nil {
		panic(err)
	}
}

func TestRoutesComeWithTheKubeconfigAndFollowANodeThatMoves(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	server := httptest.NewUnstartedServer(&restless{addresses: []string{"172.18.0.3", "172.18.0.9"}, done: cancel})
	server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	server.StartTLS()
	defer server.Close()
	inANetworkOfItsOwn(t) // this goroutine only: the server and its clients stay in the machine's
	written := writeKubeconfig(t, server, false)
	path := filepath.Join(t.TempDir(), "kubelet.conf")
	time.AfterFunc(2*firstPause, func() { // the node joins
		if err := os.Rename(written, path); err != nil {
			t.Error(err)
		}
	})
	keeper := &Keeper{Kubeconfig: path, Node: "a", Pods: netip.MustParsePrefix("10.244.0.0/16")}
	keeper.Run(ctx)
	if ctx.Err() != context.Canceled {
		t.Fatal("not all lists were asked for within 20 seconds")
	}
	want := routesOf("10.244.1.0/24", "172.18.0.9")
	if have, err := installed(); err != nil || !maps.Equal(have, want) {
		t.Errorf("the kernel has %v (error %v), want %v", have, err, want)
	}
}
