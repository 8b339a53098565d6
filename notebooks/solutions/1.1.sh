# Ask for five, wait for the last one, ask for three. The claims stay by themselves.
kubectl scale statefulset web --replicas=5
kubectl rollout status statefulset web --timeout=60s
kubectl scale statefulset web --replicas=3
kubectl wait --for=delete pod/web-3 pod/web-4 --timeout=60s
kubectl get pvc -l app=web
