# What keeps the Pods from running; what keeps the members apart; what the Service looks for.
kubectl apply -f "$(dirname "$0")"/../manifests/05/shop.yaml
word=$(openssl rand -hex 12)
kubectl create secret generic shop --from-literal=superuser="$word" --dry-run=client -o yaml | kubectl apply -f -
kubectl patch statefulset shop -p '{"spec": {"template": {"metadata": {"labels": {"cluster-name": "shop"}}}}}'
kubectl patch service shop -p '{"spec": {"selector": {"role": "primary"}}}'
# The set is Parallel: it replaces Pods that never got Ready by itself, see chapter 4.
kubectl wait statefulset/shop --for=jsonpath='{.status.updatedReplicas}'=2 --timeout=60s
kubectl wait statefulset/shop --for=jsonpath='{.status.readyReplicas}'=2 --timeout=90s
kubectl wait pod -l app=shop,role=primary --for=condition=Ready --timeout=60s
