# One probe a question: has it started, can it serve, does it still live?
kubectl apply -f "$(dirname "$0")"/../manifests/05/desk.yaml
kubectl patch statefulset desk -p '{"spec": {"template": {"spec": {"containers": [{"name": "web",
  "startupProbe":   {"httpGet": {"path": "/started", "port": 8080}, "periodSeconds": 1, "failureThreshold": 60},
  "readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}, "periodSeconds": 2},
  "livenessProbe":  {"httpGet": {"path": "/live", "port": 8080}, "periodSeconds": 5, "failureThreshold": 3}
}]}}}}'
kubectl rollout status statefulset desk --timeout=120s
