# Three things are wrong, one behind the other: look at the events, then at the log, then at Ready.
kubectl create configmap shop-page --from-literal=title=Shop
kubectl patch configmap shop-settings -p '{"data":{"delay":"0s","ready":"on"}}'
# A container reads its environment when it starts, so a Pod that has begun needs a new start.
kubectl delete pod shop-0
kubectl wait pod/shop-1 --for=create --timeout=60s
kubectl wait pod/shop-1 --for=condition=Ready --timeout=60s
