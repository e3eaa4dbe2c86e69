// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import java.util.List;
import java.util.Map;

/**
 * The parts of a Node object that a network needs.
 *
 * @param name        of the object.
 * @param annotations all of them.
 * @param podCidrs    {@code spec.podCIDRs}, else {@code spec.podCIDR}: one subnet of each family; empty if not assigned
 *                    yet.
 * @param revision    {@code metadata.resourceVersion}, a number if the API server stores in etcd.
 */
public record KubeNode(String name, Map<String, String> annotations, List<String> podCidrs, long revision)
{
    /** Copies both collections. */
    public KubeNode
    {
        annotations = Map.copyOf(annotations);
        podCidrs = List.copyOf(podCidrs);
    }
}
