// SPDX-License-Identifier: Apache-2.0
/**
 * Leases in Kubernetes, which are annotations of Node objects: their names and formats, the client of the API server,
 * and the {@link io.overlane.flannel.kube.KubeSubnetManager} from which a node takes its subnet.
 *
 * <pre>
 *     KubeAccess ─► KubeClient ◄── NodeLeases ◄─┐
 *     (kubeconfig,  (five calls,   (peers)      ├─ KubeSubnetManager ◄── FlannelNode
 *      or a pod)     list, watch) ◄── OwnNode ◄─┘
 * </pre>
 */
@NullMarked
package io.overlane.flannel.kube;

import org.jspecify.annotations.NullMarked;
