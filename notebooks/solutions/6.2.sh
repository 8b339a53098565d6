# The set's own manifest with another size and one member more, without what the server filled in.
larger=$(kubectl get statefulset web -o yaml | sed -e '/^  uid:/d' -e '/^  resourceVersion:/d' \
  -e 's/storage: 16Mi/storage: 32Mi/' -e 's/^  replicas: 3/  replicas: 4/')
kubectl delete statefulset web --cascade=orphan
printf '%s\n' "$larger" | kubectl create -f -
kubectl wait pod/web-3 --for=create --timeout=60s
kubectl wait pod/web-3 --for=condition=Ready --timeout=60s
