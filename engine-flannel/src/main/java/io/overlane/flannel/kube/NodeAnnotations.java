// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.flannel.json.JsonObject;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseAttributes;
import io.overlane.flannel.lease.NetworkConfig;
import io.overlane.flannel.lease.SubnetKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

    /** @return true for an annotation of the network. */
    boolean isOurs(final String name)
    {
        return name.startsWith(prefix);
    }

    /**
     * @param network whose families count; a node may have subnets of others, too.
     * @return its lease; null if the node is not part of the network or has no subnet yet.
     * @throws IllegalArgumentException if the annotations contradict each other; one line.
     */
    public @Nullable Lease lease(final KubeNodes.Node node, final NetworkConfig network)
    {
        final Map<String, String> annotations = node.annotations();
        final SubnetKey key = TRUE.equals(annotations.get(managed())) ? key(node.podCidrs(), network) : null;
        if (key == null)
        {
            return null;
        }
        final boolean hasV4 = key.v4() != null;
        final boolean hasV6 = key.v6() != null;
        final LeaseAttributes attributes = new LeaseAttributes(
            hasV4 ? address(annotations, publicIp(false), true) : IpAddress.ANY_V4,
            hasV6 && annotations.containsKey(publicIp(true)) ? address(annotations, publicIp(true), false) : null,
            annotations.getOrDefault(backendType(), ""),
            hasV4 ? data(annotations, false) : null,
            hasV6 ? data(annotations, true) : null);
        return new Lease(key, attributes, null, true, node.revision());
    }

    /**
     * @param podCidrs of a node's spec: one subnet of each family, at most two.
     * @param network  whose families count.
     * @return the subnets, null if there are none.
     * @throws IllegalArgumentException if one is not a subnet, or there are too many.
     */
    static @Nullable SubnetKey key(final List<String> podCidrs, final NetworkConfig network)
    {
        IpPrefix v4 = null;
        IpPrefix v6 = null;
        for (final String podCidr : podCidrs)
        {
            final IpPrefix subnet = IpPrefix.parse(podCidr).base();
            final boolean isV4 = subnet.address().isV4();
            if ((isV4 ? v4 : v6) != null)
            {
                throw new IllegalArgumentException("more than one pod CIDR of a family in " + podCidrs);
            }
            v4 = isV4 ? subnet : v4;
            v6 = isV4 ? v6 : subnet;
        }
        v4 = network.v4() == null ? null : v4;
        v6 = network.v6() == null ? null : v6;
        return v4 == null && v6 == null ? null : new SubnetKey(v4, v6);
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
        final IpAddress wish = wish(annotations, publicIp(v6) + "-overwrite", !v6);
        wanted.put(publicIp(v6), (wish == null ? publicIp : wish).toString());
        wanted.put(backendData(v6), data == null ? NONE : data);
    }

    /**
     * @param v6 the IPv6 one.
     * @return address of the interface that a user selected.
     * @throws IllegalArgumentException if it is not an address of that family.
     */
    public @Nullable IpAddress nodePublicIp(final Map<String, String> annotations, final boolean v6)
    {
        return wish(annotations, prefix + (v6 ? "node-public-ipv6" : "node-public-ip"), !v6);
    }

    private static @Nullable IpAddress wish(
        final Map<String, String> annotations, final String name, final boolean isV4)
    {
        return annotations.getOrDefault(name, "").isEmpty() ? null : address(annotations, name, isV4);
    }

    private @Nullable String data(final Map<String, String> annotations, final boolean v6)
    {
        final String data = annotations.getOrDefault(backendData(v6), NONE);
        if (data.isBlank() || data.equals(NONE))
        {
            return null;
        }
        try
        {
            return JsonObject.compact(data);
        }
        catch (final IllegalArgumentException ex)
        {
            throw new IllegalArgumentException("annotation " + backendData(v6) + ": " + ex.getMessage(), ex);
        }
    }

    private static IpAddress address(final Map<String, String> annotations, final String name, final boolean isV4)
    {
        final String text = annotations.get(name);
        if (text == null)
        {
            throw new IllegalArgumentException("annotation " + name + " is missing");
        }
        try
        {
            final IpAddress address = IpAddress.parse(text.strip());
            if (address.isV4() == isV4)
            {
                return address;
            }
        }
        catch (final IllegalArgumentException ex)
        {
            throw new IllegalArgumentException("annotation " + name + ": " + ex.getMessage(), ex);
        }
        throw new IllegalArgumentException(
            "annotation " + name + ": " + text + " is not an IPv" + (isV4 ? 4 : 6) + " address");
    }
}
