package localvolumes

import (
	"context"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"k8s.io/klog/v2"
)

const (
	dialLimit = time.Second
	pause     = 200 * time.Millisecond
)

// patient sends a reading request again and again while the API server can't be reached.
//
// The client's informers would do so too, but wait longer each time, up to a minute. A learner's
// claim must not wait that long after the API server is back. And on a node that just started,
// this program is faster than kube-proxy: its first connections lead nowhere.
type patient struct {
	next http.RoundTripper
	away *atomic.Bool // so that the log tells of it once
}

func newPatient(next http.RoundTripper) http.RoundTripper {
	return &patient{next: next, away: &atomic.Bool{}}
}

func (p *patient) RoundTrip(request *http.Request) (*http.Response, error) {
	for {
		response, err := p.next.RoundTrip(request)
		if err == nil && p.away.CompareAndSwap(true, false) {
			klog.InfoS("The API server answers again")
		}
		if err == nil || request.Method != http.MethodGet || request.Context().Err() != nil {
			return response, err
		}
		if p.away.CompareAndSwap(false, true) {
			klog.InfoS("The API server can't be reached", "err", err)
		}
		select {
		case <-request.Context().Done():
			return nil, err
		case <-time.After(pause):
		}
	}
}

// dial gives up soon, because a connection to a Service that has no rules yet gets no answer at all.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	return (&net.Dialer{Timeout: dialLimit, KeepAlive: 5 * time.Second}).DialContext(ctx, network, address)
}
