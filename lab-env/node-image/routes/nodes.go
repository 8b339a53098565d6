package routes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"time"
)

// watchSeconds is how long the server keeps a watch open; afterwards everything is listed anew.
const watchSeconds = 300

// node is the part of a Kubernetes Node that routes depend on.
type node struct {
	Metadata struct {
		Name string `json:"name"`
	} `json:"metadata"`
	Spec struct {
		PodCIDR string `json:"podCIDR"`
	} `json:"spec"`
	Status struct {
		Addresses []struct {
			Type    string `json:"type"`
			Address string `json:"address"`
		} `json:"addresses"`
	} `json:"status"`
}

// address is the node's internal IPv4 address; invalid as long as the kubelet has not reported one.
func (n *node) address() netip.Addr {
	for _, a := range n.Status.Addresses {
		if a.Type != "InternalIP" {
			continue
		}
		if ip, err := netip.ParseAddr(a.Address); err == nil && ip.Is4() {
			return ip
		}
	}
	return netip.Addr{}
}

// api reads the Nodes of a cluster.
type api struct {
	server string
	client *http.Client
}

// follow lists the nodes, then watches them, and calls changed with all of them: first after the
// list, then after each change. It returns nil when the server ends the watch in good order.
func (a *api) follow(ctx context.Context, changed func(map[string]*node) error) error {
	// The server ends a watch by itself; the limit is for one that doesn't.
	ctx, cancel := context.WithTimeout(ctx, (watchSeconds+30)*time.Second)
	defer cancel()
	nodes, version, err := a.list(ctx)
	if err != nil {
		return err
	}
	if err := changed(nodes); err != nil {
		return err
	}
	return a.watch(ctx, nodes, version, changed)
}

func (a *api) list(ctx context.Context) (map[string]*node, string, error) {
	var list struct {
		Metadata struct {
			ResourceVersion string `json:"resourceVersion"`
		} `json:"metadata"`
		Items []*node `json:"items"`
	}
	body, err := a.get(ctx, "/api/v1/nodes?resourceVersion=0")
	if err != nil {
		return nil, "", err
	}
	defer body.Close()
	if err := json.NewDecoder(body).Decode(&list); err != nil {
		return nil, "", fmt.Errorf("list of nodes: %w", err)
	}
	nodes := make(map[string]*node, len(list.Items))
	for _, n := range list.Items {
		nodes[n.Metadata.Name] = n
	}
	return nodes, list.Metadata.ResourceVersion, nil
}

func (a *api) watch(ctx context.Context, nodes map[string]*node, version string, changed func(map[string]*node) error) error {
	body, err := a.get(ctx, fmt.Sprintf("/api/v1/nodes?watch=1&timeoutSeconds=%d&resourceVersion=%s", watchSeconds, version))
	if err != nil {
		return err
	}
	defer body.Close()
	for events := json.NewDecoder(body); ; {
		var event struct {
			Type   string          `json:"type"`
			Object json.RawMessage `json:"object"`
		}
		if err := events.Decode(&event); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("watch of nodes: %w", err)
		}
		if err := apply(nodes, event.Type, event.Object); err != nil {
			return err
		}
		if err := changed(nodes); err != nil {
			return err
		}
	}
}

// apply brings one event of the watch into nodes.
func apply(nodes map[string]*node, kind string, object json.RawMessage) error {
	var n node
	switch kind {
	case "ADDED", "MODIFIED", "DELETED":
		if err := json.Unmarshal(object, &n); err != nil {
			return fmt.Errorf("watch of nodes: %w", err)
		}
	default: // ERROR: most often the version is too old; then everything is listed anew
		return fmt.Errorf("watch of nodes: %s %.200s", kind, object)
	}
	if kind == "DELETED" {
		delete(nodes, n.Metadata.Name)
	} else {
		nodes[n.Metadata.Name] = &n
	}
	return nil
}

func (a *api) get(ctx context.Context, path string) (io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, a.server+path, nil)
	if err != nil {
		return nil, err
	}
	response, err := a.client.Do(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		response.Body.Close()
		return nil, fmt.Errorf("nodes: the API server answers %s", response.Status)
	}
	return response.Body, nil
}
