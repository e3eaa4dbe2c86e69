// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.backend;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/** The backends of flannel that this engine supports. */
enum BackendKind
{
    /** MAC-in-UDP, {@code flannel.<VNI>}. */
    VXLAN("vxlan", "vxlan"),

    /** Bare IPv4 packets in UDP, {@code flannel0}. */
    UDP("udp", ""),

    /** Routes through peers on the same link; no tunnel. */
    HOST_GW("host-gw", "host-gw"),

    /** A lease and nothing else. */
    ALLOC("alloc", "");

    private static final Set<String> OTHERS = Set.of("ipip", "ipsec", "wireguard", "extension", "tencent-vpc");

    private final String configType;
    private final String leaseType;

    BackendKind(final String configType, final String leaseType)
    {
        this.configType = configType;
        this.leaseType = leaseType;
    }

    /**
     * @param type from the network configuration, in lower case.
     * @throws IllegalArgumentException for a backend of flannel that this engine does not support, and for an unknown
     *     one.
     */
    public static BackendKind of(final String type)
    {
        return Arrays.stream(values())
            .filter(kind -> kind.configType.equals(type))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException(
                (type.isEmpty() ? "the backend has no Type" :
                    OTHERS.contains(type) ? "backend '" + type + "' is not supported" :
                    "unknown backend '" + type + "'") +
                    ": expected " +
                    Arrays.stream(values()).map(kind -> kind.configType).collect(Collectors.joining(", "))));
    }

    /** @return its {@code Type} in the configuration. */
    public String configType()
    {
        return configType;
    }

    /** @return the {@code BackendType} in its leases; empty for backends whose leases have none. */
    public String leaseType()
    {
        return leaseType;
    }
}
