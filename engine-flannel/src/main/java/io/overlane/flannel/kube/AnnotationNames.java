// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import java.util.regex.Pattern;

/** The names of flannel's annotations, which share a prefix. */
public final class AnnotationNames
{
    /** flannel's {@code --kube-annotation-prefix}. */
    public static final String DEFAULT_PREFIX = "flannel.alpha.coreos.com";

    private static final Pattern PREFIX = Pattern.compile("([a-z0-9_-]+\\.)+[a-z0-9_-]+/([a-z0-9_-]+-)?");

    private final String prefix;

    /**
     * @param prefix a domain name, or one with a slash and the start of a name, to which a dash is added.
     * @throws IllegalArgumentException if it is neither.
     */
    public AnnotationNames(final String prefix)
    {
        final String slashed = prefix.contains("/") ? prefix : prefix + "/";
        this.prefix = slashed.endsWith("/") || slashed.endsWith("-") ? slashed : slashed + "-";
        if (!PREFIX.matcher(this.prefix).matches())
        {
            throw new IllegalArgumentException(
                "annotation prefix '" + prefix + "': expected DOMAIN or DOMAIN/NAME in lower case");
        }
    }

    /** @return annotation that is {@code "true"} on nodes of the network. */
    public String managed()
    {
        return prefix + "kube-subnet-manager";
    }

    /** @return annotation with the name of the backend. */
    public String backendType()
    {
        return prefix + "backend-type";
    }

    /**
     * @param v6 for peers over IPv6.
     * @return annotation with the backend's data for peers, as JSON.
     */
    public String backendData(final boolean v6)
    {
        return prefix + (v6 ? "backend-v6-data" : "backend-data");
    }

    /**
     * @param v6 the IPv6 one.
     * @return annotation with the published address.
     */
    public String publicIp(final boolean v6)
    {
        return prefix + (v6 ? "public-ipv6" : "public-ip");
    }

    /**
     * @param v6 the IPv6 one.
     * @return annotation by which a user has another address published, for example behind a NAT.
     */
    public String publicIpOverwrite(final boolean v6)
    {
        return publicIp(v6) + "-overwrite";
    }

    /**
     * @param v6 the IPv6 one.
     * @return annotation by which a user selects the interface with this address.
     */
    public String nodePublicIp(final boolean v6)
    {
        return prefix + (v6 ? "node-public-ipv6" : "node-public-ip");
    }
}
