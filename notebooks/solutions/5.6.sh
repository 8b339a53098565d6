# mq-2 stops its program, though not its Pod. Only then do the others strike it off their list.
kubectl exec mq-2 -- rabbitmqctl -q stop_app
kubectl exec mq-0 -- rabbitmqctl -q forget_cluster_node rabbit@mq-2.mq-pods
# Now mq-2 forgets its own cluster, and looks for the others as a new node does.
kubectl exec mq-2 -- rabbitmqctl -q reset
kubectl exec mq-2 -- rabbitmqctl -q start_app
# It gets its copy of orders from the two others, by itself, a few seconds later.
timeout 60 sh -c 'until kubectl exec mq-0 -- rabbitmqctl -q list_queues name members | grep orders | grep -q mq-2; do :; done'
