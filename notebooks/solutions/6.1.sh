# The Pod itself is resized: the template would make a new one.
kubectl patch pod web-2 --subresource resize -p '
  {"spec": {"containers": [{"name": "web", "resources": {"limits": {"memory": "128Mi"}}}]}}'
kubectl wait pod/web-2 --timeout=30s \
  --for=jsonpath='{.status.containerStatuses[0].resources.limits.memory}'=128Mi
