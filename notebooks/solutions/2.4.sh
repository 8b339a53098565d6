# The Service must find the Pods, and the set must mean this Service. That field can't be changed,
# so the set is made anew. Its Pods carry the old name until they are made anew, too.
kubectl delete statefulset shop --cascade=foreground
sed 's/serviceName: store/serviceName: shop/; s/app: shop-svc/app: shop/' ../manifests/02/shop.yaml | kubectl apply -f -
kubectl rollout status statefulset shop --timeout=60s
