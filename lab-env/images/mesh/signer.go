package main

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"time"
)

const (
	signerName = "lab.statefulset/mesh"
	certDay    = 24 * time.Hour
	// trustName is the ClusterTrustBundle that tells every Pod whom to trust.
	trustName = "lab.statefulset:mesh:v1"
	pause     = time.Second
)

// request is the part of a PodCertificateRequest that a signer needs. The API server has already
// checked that the asking kubelet runs this very Pod and holds the key that is to be signed.
type request struct {
	Metadata struct{ Name, Namespace, ResourceVersion string } `json:"metadata"`
	Spec     struct {
		SignerName           string `json:"signerName"`
		PodName              string `json:"podName"`
		PodUID               string `json:"podUID"`
		StubPKCS10Request    []byte `json:"stubPKCS10Request"`
		MaxExpirationSeconds int    `json:"maxExpirationSeconds"`
	} `json:"spec"`
	Status struct {
		Conditions []struct{ Type string } `json:"conditions"`
	} `json:"status"`
}

func (r request) path() string {
	return "/apis/certificates.k8s.io/v1/namespaces/" + r.Metadata.Namespace + "/podcertificaterequests/" + r.Metadata.Name
}

// sign publishes a new authority and signs for the Pods of its own namespace until it is stopped.
func sign(limit context.Context) error {
	cluster, err := inCluster()
	if err != nil {
		return err
	}
	authority, err := newAuthority(10 * certDay)
	if err != nil {
		return err
	}
	if err := publish(limit, cluster, authority); err != nil {
		return err
	}
	// Ready from here on: a Pod whose volumes wait for the bundle tries again only later and later.
	health := &http.Server{Addr: healthPort, Handler: http.HandlerFunc(well), ReadHeaderTimeout: 5 * time.Second}
	go func() {
		if err := health.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
			log.Printf("nobody can ask for its health: %v", err)
		}
	}()
	defer health.Close()
	for limit.Err() == nil {
		if err := serve(limit, cluster, authority); err != nil && limit.Err() == nil {
			log.Printf("begins anew: %v", err)
			wait(limit, pause)
		}
	}
	return nil
}

// publish tells every Pod of the cluster whom to trust.
func publish(limit context.Context, cluster *cluster, authority *authority) error {
	return cluster.patch(limit,
		"/apis/certificates.k8s.io/v1/clustertrustbundles/"+trustName+"?fieldManager=mesh&force=true",
		"application/apply-patch+yaml",
		map[string]any{
			"apiVersion": "certificates.k8s.io/v1", "kind": "ClusterTrustBundle",
			"metadata": map[string]string{"name": trustName},
			"spec":     map[string]string{"signerName": signerName, "trustBundle": asPEM(authority.certificate)},
		})
}

// serve signs what is asked for now, then what will be, until the watch ends.
func serve(limit context.Context, cluster *cluster, authority *authority) error {
	all := "/apis/certificates.k8s.io/v1/namespaces/" + cluster.namespace + "/podcertificaterequests"
	var list struct {
		Metadata struct{ ResourceVersion string } `json:"metadata"`
		Items    []request                        `json:"items"`
	}
	if err := cluster.get(limit, all, &list); err != nil {
		return err
	}
	for _, each := range list.Items {
		settle(limit, cluster, authority, each)
	}
	body, err := cluster.open(limit, "GET", all+"?watch=true&resourceVersion="+list.Metadata.ResourceVersion, "", nil)
	if err != nil {
		return err
	}
	defer body.Close()
	for events := json.NewDecoder(body); ; {
		var event struct {
			Type   string  `json:"type"`
			Object request `json:"object"`
		}
		if err := events.Decode(&event); err != nil {
			return fmt.Errorf("the watch ended: %w", err)
		}
		if event.Type == "ERROR" {
			return fmt.Errorf("the watch was refused")
		}
		if event.Type == "ADDED" {
			settle(limit, cluster, authority, event.Object)
		}
	}
}

// settle answers one request, if it is for this signer and nobody has answered it.
func settle(limit context.Context, cluster *cluster, authority *authority, asked request) {
	if asked.Spec.SignerName != signerName || len(asked.Status.Conditions) > 0 {
		return
	}
	status, err := answer(limit, cluster, authority, asked)
	if err == nil {
		err = cluster.patch(limit, asked.path()+"/status", "application/merge-patch+json", map[string]any{"status": status})
	}
	if err != nil {
		log.Printf("%s gets no certificate: %v", asked.Spec.PodName, err)
		return
	}
	log.Printf("signed for %s", asked.Spec.PodName)
}

// answer is the status of a request that is granted: the name in the certificate is the Pod's as
// the API server knows it, whatever the request may ask for.
func answer(limit context.Context, cluster *cluster, authority *authority, asked request) (map[string]any, error) {
	var found struct {
		Metadata struct{ UID string }                 `json:"metadata"`
		Spec     struct{ Hostname, Subdomain string } `json:"spec"`
	}
	if err := cluster.get(limit, "/api/v1/namespaces/"+asked.Metadata.Namespace+"/pods/"+asked.Spec.PodName, &found); err != nil {
		return nil, err
	}
	if found.Metadata.UID != asked.Spec.PodUID {
		return nil, fmt.Errorf("the Pod has been replaced")
	}
	stub, err := x509.ParseCertificateRequest(asked.Spec.StubPKCS10Request)
	if err != nil {
		return nil, err
	}
	who := pod{asked.Metadata.Namespace, asked.Spec.PodName, found.Spec.Hostname, found.Spec.Subdomain}
	lifetime := min(certDay, time.Duration(asked.Spec.MaxExpirationSeconds)*time.Second)
	made, err := authority.issue(who, stub.PublicKey, lifetime)
	if err != nil {
		return nil, err
	}
	stamp := func(at time.Time) string { return at.UTC().Format(time.RFC3339) }
	return map[string]any{
		"certificateChain": asPEM(made),
		"notBefore":        stamp(made.NotBefore),
		"beginRefreshAt":   stamp(made.NotBefore.Add(lifetime * 2 / 3)),
		"notAfter":         stamp(made.NotAfter),
		"conditions": []map[string]string{{
			"type": "Issued", "status": "True", "reason": "PodIsKnown",
			"message": "the certificate names the Pod", "lastTransitionTime": stamp(time.Now()),
		}},
	}, nil
}

func wait(limit context.Context, long time.Duration) {
	select {
	case <-limit.Done():
	case <-time.After(long):
	}
}
