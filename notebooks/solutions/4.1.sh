# A partition would begin with store-2. OnDelete replaces nobody until you delete a Pod.
kubectl patch statefulset store -p '{"spec": {"updateStrategy": {"type": "OnDelete", "rollingUpdate": null}}}'
kubectl set image statefulset/store web=lab.local/web:v2
kubectl delete pod store-0
kubectl wait pod/store-0 --for=create --timeout=60s
kubectl wait pod/store-0 --for=condition=Ready --timeout=60s
