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
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Converts between a Node's annotations, whose names share a prefix, and its lease. */
public final class NodeAnnotations
{
    /** flannel's {@code --kube-annotation-prefix}. */
    public static final String DEFAULT_PREFIX = "flannel.alpha.coreos.com";

    private static final Pattern PREFIX = Pattern.compile("([a-z0-9_-]+\\.)+[a-z0-9_-]+/([a-z0-9_-]+-)?");
    private static final String TRUE = "true";
    private static final String NONE = "null";

    private final String prefix;

    /**
     * @param prefix of the annotations' names: a domain name, or one with a slash and the start of a name, to which a
     *               dash is added.
     * @throws IllegalArgumentException if it is neither.
     */
    public NodeAnnotations(final String prefix)
    {
        final String slashed = prefix.contains("/") ? prefix : prefix + "/";
        this.prefix = slashed.endsWith("/") || slashed.endsWith("-") ? slashed : slashed + "-";
        if (!PREFIX.matcher(this.prefix).matches())
        {
            throw new IllegalArgumentException(
                "annotation prefix '" + prefix + "': expected DOMAIN or DOMAIN/NAME in lower case");
        }
    }

    /** The annotation that is {@code "true"} on nodes of the network. */
    private String managed()
    {
        return prefix + "kube-subnet-manager";
    }

    String backendType()
    {
        return prefix + "backend-type";
    }

    /** The annotation with the backend's data for peers, as JSON. */
    private String backendData(final boolean v6)
    {
        return prefix + (v6 ? "backend-v6-data" : "backend-data");
    }

    /** The annotation with the published address. With the suffix {@code -overwrite}, a user has another published. */
    private String publicIp(final boolean v6)
    {
        return prefix + (v6 ? "public-ipv6" : "public-ip");
    }

    /**
     * @param podCidrs of its spec: one subnet of each family, at most two.
     * @return its lease; null if the node is not part of the network or has no subnet yet.
     * @throws IllegalArgumentException if the annotations contradict each other; one line.
     */
    public @Nullable Lease lease(final Map<String, String> annotations, final List<String> podCidrs)
    {
        if (!TRUE.equals(annotations.get(managed())) || podCidrs.isEmpty())
        {
            return null;
        }
        final SubnetKey key = Objects.requireNonNull(key(podCidrs));
        final boolean hasV4 = key.v4() != null;
        final boolean hasV6 = key.v6() != null;
        final LeaseAttributes attributes = new LeaseAttributes(
            hasV4 ? address(annotations, publicIp(false)) : IpAddress.ANY_V4,
            hasV6 && annotations.containsKey(publicIp(true)) ? address(annotations, publicIp(true)) : null,
            annotations.getOrDefault(backendType(), ""),
            hasV4 ? data(annotations, false) : null,
            hasV6 ? data(annotations, true) : null);
        return new Lease(key, attributes, null, true, 0);
    }

    /**
     * @param podCidrs of a node's spec: one subnet of each family, at most two.
     * @return the subnets, null if there are none.
     * @throws IllegalArgumentException if one is not a subnet.
     */
    public static @Nullable SubnetKey key(final List<String> podCidrs)
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
        wanted.put(managed(), TRUE);
        wanted.put(backendType(), attributes.backendType());
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
        final @Nullable String data)
    {
        final String wish = annotations.getOrDefault(publicIp(v6) + "-overwrite", "");
        wanted.put(publicIp(v6), wish.isEmpty() ? publicIp.toString() : IpAddress.parse(wish).toString());
        wanted.put(backendData(v6), data == null ? NONE : data);
    }

    /**
     * @param v6 the IPv6 one.
     * @return address of the interface that a user selected.
     * @throws IllegalArgumentException if it is not an address.
     */
    public @Nullable IpAddress nodePublicIp(final Map<String, String> annotations, final boolean v6)
    {
        final String wish =
            annotations.getOrDefault(prefix + (v6 ? "node-public-ipv6" : "node-public-ip"), "");
        return wish.isEmpty() ? null : IpAddress.parse(wish);
    }

    private @Nullable String data(final Map<String, String> annotations, final boolean v6)
    {
        final String data = annotations.getOrDefault(backendData(v6), NONE);
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
