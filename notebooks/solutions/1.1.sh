# Ask for five, wait for the last one, ask for three. The claims stay by themselves.
kubectl scale statefulset web --replicas=5
kubectl wait pod/web-4 --for=create --timeout=60s
kubectl wait pod/web-4 --for=condition=Ready --timeout=60s
kubectl scale statefulset web --replicas=3
kubectl wait pod/web-3 --for=delete --timeout=60s
kubectl get pvc -o name
