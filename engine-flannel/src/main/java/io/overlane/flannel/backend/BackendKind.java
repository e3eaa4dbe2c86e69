// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.backend;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/** The backends of flannel that this engine takes part in. */
public enum BackendKind
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
     * @param type of the network configuration, lower case.
     * @return the backend.
     * @throws IllegalArgumentException for one that flannel has and this engine has not, and for one that flannel does
     *                                  not know either.
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

    /** @return its Type in the configuration. */
    public String configType()
    {
        return configType;
    }

    /** @return the BackendType of its leases; empty where they carry none. */
    public String leaseType()
    {
        return leaseType;
    }
}
