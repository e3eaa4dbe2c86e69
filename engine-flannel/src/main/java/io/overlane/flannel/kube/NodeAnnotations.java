// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseAttributes;
import io.overlane.flannel.lease.SubnetKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Converts between a Node's annotations and its lease. */
public final class NodeAnnotations
{
    private static final String TRUE = "true";
    private static final String NONE = "null";

    private final AnnotationNames names;

    public NodeAnnotations(final AnnotationNames names)
    {
        this.names = names;
    }

    /**
     * @param podCidrs of its spec: one subnet of each family, at most two.
     * @return its lease; null if the node is not part of the network or has no subnet yet.
     * @throws IllegalArgumentException if the annotations contradict each other; one line.
     */
    public Lease lease(final Map<String, String> annotations, final List<String> podCidrs)
    {
        if (!TRUE.equals(annotations.get(names.managed())) || podCidrs.isEmpty())
        {
            return null;
        }
        final SubnetKey key = key(podCidrs);
        final boolean hasV4 = key.v4() != null;
        final boolean hasV6 = key.v6() != null;
        final LeaseAttributes attributes = new LeaseAttributes(
            hasV4 ? address(annotations, names.publicIp(false)) : IpAddress.ANY_V4,
            hasV6 && annotations.containsKey(names.publicIp(true)) ? address(annotations, names.publicIp(true)) : null,
            annotations.getOrDefault(names.backendType(), ""),
            hasV4 ? data(annotations, false) : null,
            hasV6 ? data(annotations, true) : null);
        return new Lease(key, attributes, null, true, 0);
    }

    /**
     * @param podCidrs of a node's spec: one subnet of each family, at most two.
     * @return the subnets, null if there are none.
     * @throws IllegalArgumentException if one is not a subnet.
     */
    public static SubnetKey key(final List<String> podCidrs)
    {
        IpPrefix v4 = null;
        IpPrefix v6 = null;
        for (final String podCidr : podCidrs)
        {
            final IpPrefix prefix = IpPrefix.parse(podCidr).base();
            if (prefix.address().isV4())
            {
                v4 = prefix;
            }
            else
            {
                v6 = prefix;
            }
        }
        return podCidrs.isEmpty() ? null : new SubnetKey(v4, v6);
    }

    /**
     * The annotations by which peers, flannel's included, accept a node as a member. An address that a user wants
     * published instead is used.
     *
     * @return the annotations to change; empty if they all have these values already.
     */
    public Map<String, String> write(final LeaseAttributes attributes, final Map<String, String> annotations)
    {
        final Map<String, String> wanted = new LinkedHashMap<>();
        wanted.put(names.managed(), TRUE);
        wanted.put(names.backendType(), attributes.backendType());
        if (!attributes.publicIp().isAny())
        {
            publish(wanted, annotations, false, attributes.publicIp(), attributes.backendData());
        }
        if (attributes.publicIpV6() != null)
        {
            publish(wanted, annotations, true, attributes.publicIpV6(), attributes.backendV6Data());
        }
        wanted.entrySet().removeIf(entry -> entry.getValue().equals(annotations.get(entry.getKey())));
        return wanted;
    }

    /** Data is compact, as flannel finds its own MAC address by splitting the text, not by parsing it. */
    private void publish(
        final Map<String, String> wanted,
        final Map<String, String> annotations,
        final boolean v6,
        final IpAddress publicIp,
        final String data)
    {
        final String wish = annotations.getOrDefault(names.publicIpOverwrite(v6), "");
        wanted.put(names.publicIp(v6), wish.isEmpty() ? publicIp.toString() : IpAddress.parse(wish).toString());
        wanted.put(names.backendData(v6), data == null ? NONE : data);
    }

    /**
     * @param v6 the IPv6 one.
     * @return address of the interface that a user selected, or null.
     * @throws IllegalArgumentException if it is not an address.
     */
    public IpAddress nodePublicIp(final Map<String, String> annotations, final boolean v6)
    {
        final String wish = annotations.getOrDefault(names.nodePublicIp(v6), "");
        return wish.isEmpty() ? null : IpAddress.parse(wish);
    }

    private String data(final Map<String, String> annotations, final boolean v6)
    {
        final String data = annotations.getOrDefault(names.backendData(v6), NONE);
        return data.isBlank() || data.equals(NONE) ? null : data;
    }

    private static IpAddress address(final Map<String, String> annotations, final String name)
    {
        final String text = annotations.get(name);
        if (text == null)
        {
            throw new IllegalArgumentException("annotation " + name + " is missing");
        }
        try
        {
            return IpAddress.parse(text);
        }
        catch (final IllegalArgumentException ex)
        {
            throw new IllegalArgumentException("annotation " + name + ": " + ex.getMessage(), ex);
        }
    }
}
