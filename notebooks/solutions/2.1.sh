# The controller labels each Pod with its name, so a selector can mean one Pod.
kubectl apply -f - <<'SERVICE'
apiVersion: v1
kind: Service
metadata:
  name: first
spec:
  selector: {statefulset.kubernetes.io/pod-name: my-statefulset-0}
  ports:
    - {port: 8080}
SERVICE
