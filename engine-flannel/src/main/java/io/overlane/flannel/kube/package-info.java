// SPDX-License-Identifier: Apache-2.0
/**
 * Leases in Kubernetes, which are annotations of Node objects: their names and formats, and the
 * {@link io.overlane.flannel.kube.KubeSubnetManager} from which a node takes its subnet. There is no client of the API
 * server here: a program that has one implements the five calls of {@link io.overlane.flannel.kube.KubeNodes} and
 * passes the manager to {@code FlannelNode}.
 *
 * <pre>{@code
 * final KubeNodes nodes = new MyApiClient(NODE_NAME);
 * final SubnetManager manager = new KubeSubnetManager(
 *     nodes, new NodeAnnotations(NodeAnnotations.DEFAULT_PREFIX), () -> read(NET_CONF_JSON), true, events);
 * new FlannelNode(options, nodeOptions, () -> manager, System.getenv(), events).run();
 * }</pre>
 *
 * <p>The program passes the annotations {@code node-public-ip} and {@code node-public-ipv6}
 * ({@code NodeAnnotations.nodePublicIp}) as the options {@code --public-ip} and {@code --public-ipv6}.
 */
@NullMarked
package io.overlane.flannel.kube;

import org.jspecify.annotations.NullMarked;
