package localvolumes

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// later serves on address from a moment after the call on, as an API server that restarts.
func later(t *testing.T, address string) {
	t.Helper()
	time.AfterFunc(2*pause, func() {
		listener, err := net.Listen("tcp", address)
		if err != nil {
			t.Error(err)
			return
		}
		server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: http.NotFoundHandler()}}
		server.Start()
		t.Cleanup(server.Close)
	})
}

// vacant is an address on which nothing listens.
func vacant(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

func newTestClient() *http.Client {
	return &http.Client{Transport: newPatient(&http.Transport{DialContext: dial})}
}

func TestReadingWaitsForTheServerAndGoesOnAtOnce(t *testing.T) {
	address := vacant(t)
	later(t, address)
	start := time.Now()
	response, err := newTestClient().Get("http://" + address)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if waited := time.Since(start); waited < 2*pause || waited > 2*time.Second {
		t.Errorf("answered after %s", waited)
	}
}

func TestWritingIsNotRepeated(t *testing.T) {
	address := vacant(t)
	start := time.Now()
	if _, err := newTestClient().Post("http://"+address, "text/plain", strings.NewReader("x")); err == nil {
		t.Error("no error")
	}
	if took := time.Since(start); took >= pause {
		t.Errorf("took %s", took)
	}
}

func TestReadingEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*pause)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+vacant(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { _, err := newTestClient().Do(request); ended <- err }()
	select {
	case err := <-ended:
		if !errors.Is(err, context.DeadlineExceeded) && !strings.Contains(err.Error(), "refused") {
			t.Errorf("got %v", err)
		}
	case <-time.After(5 * time.Second):
		t.Error("still trying 5 seconds later")
	}
}
