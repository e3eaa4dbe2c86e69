// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import java.util.List;
import java.util.Map;

/**
 * A Node object, as far as a network looks at it.
 *
 * @param name        of the object.
 * @param annotations all of them.
 * @param podCidrs    {@code spec.podCIDRs}, else {@code spec.podCIDR}: one subnet of each family, or none yet.
 * @param revision    {@code metadata.resourceVersion}: an API server over etcd counts.
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
