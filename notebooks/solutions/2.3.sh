# The set goes without its Pods. A new one with the same labels and the same template takes them over.
kubectl delete statefulset my-statefulset --cascade=orphan
sed 's/^  replicas: 3/&\n  podManagementPolicy: Parallel/' ../manifests/02/mended.yaml | kubectl apply -f -
kubectl wait statefulset/my-statefulset --for=jsonpath='{.status.readyReplicas}'=3 --timeout=60s
