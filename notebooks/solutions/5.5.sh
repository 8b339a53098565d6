# The replicas first, then a handover, then the old primary: the primary moves once.
change='{"spec": {"updateStrategy": {"type": "OnDelete", "rollingUpdate": null}, "template": {"spec": {"containers": [{"name": "postgres", "livenessProbe": {"httpGet": {"path": "/liveness"}, "periodSeconds": 5, "failureThreshold": 6}}]}}}}'
kubectl patch statefulset pg -p "$change"
in_step() {
    kubectl wait configmap/pg-sync --for=jsonpath='{.metadata.annotations.sync_standby}' --timeout=60s
}
again() {
    kubectl delete pod "$1"
    kubectl wait pod "$1" --for=create --timeout=60s
    kubectl wait pod "$1" --for=condition=Ready --timeout=60s
    in_step
}
old=$(kubectl get pods -l app=pg,role=primary -o jsonpath='{.items[0].metadata.name}')
for name in $(kubectl get pods -l app=pg,role=replica -o jsonpath='{.items[*].metadata.name}'); do
    again "$name"
done
kubectl exec "$old" -- patronictl -c /config/patroni.yaml switchover pg --force
kubectl wait pod "$old" --for=jsonpath='{.metadata.labels.role}'=replica --timeout=60s
again "$old"
