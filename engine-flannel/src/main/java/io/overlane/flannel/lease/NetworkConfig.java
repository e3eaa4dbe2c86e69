// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.lease;

import io.overlane.flannel.json.JsonObject;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The network's configuration: {@code <prefix>/config} in etcd, {@code net-conf.json} under Kubernetes.
 *
 * @param v4             IPv4 network and subnets, null if IPv4 is off.
 * @param v6             IPv6 network and subnets, null if IPv6 is off.
 * @param enableNfTables true for rules in nftables, false for iptables.
 * @param backendType    in lower case; {@code udp} if there is no backend section, empty if it names no type.
 * @param backend        the backend section as compact JSON, null if there is none.
 */
public record NetworkConfig(
    @Nullable SubnetRange v4, @Nullable SubnetRange v6, boolean enableNfTables, String backendType,
    @Nullable String backend)
{
    /** flannel's default without a backend section; its documentation says otherwise. */
    private static final String DEFAULT_BACKEND = "udp";

    /**
     * Parse a configuration for assigning subnets, with every check and default.
     *
     * @return the configuration.
     * @throws IllegalArgumentException if flannel would refuse it; one line that says why.
     */
    public static NetworkConfig parse(final String json)
    {
        return parse(json, true);
    }

    /**
     * Parse a configuration if Kubernetes assigns the subnets: only the networks count, and the settings for subnets
     * are ignored.
     *
     * @return the configuration; its ranges have the length of their network.
     * @throws IllegalArgumentException if flannel would refuse it; one line that says why.
     */
    public static NetworkConfig parseNetworks(final String json)
    {
        return parse(json, false);
    }

    private static NetworkConfig parse(final String json, final boolean subnets)
    {
        final JsonObject config = JsonObject.parse(json);
        final String backend = config.raw("Backend");
        final String type = backend == null ?
            DEFAULT_BACKEND :
            JsonObject.parse(backend).text("Type", "").toLowerCase(Locale.ROOT);
        return new NetworkConfig(
            config.bool("EnableIPv4", true) ? SubnetRules.V4.read(config, subnets) : null,
            config.bool("EnableIPv6", false) ? SubnetRules.V6.read(config, subnets) : null,
            config.bool("EnableNFTables", false),
            type,
            backend);
    }

    /** @return the members of the backend section, none if there is no such section. */
    public JsonObject backendSection()
    {
        return JsonObject.parse(backend == null ? "{}" : backend);
    }

    /** @return true if this configuration could have assigned them. */
    public boolean fits(final SubnetKey key)
    {
        return (v4 == null ? key.v4() == null : v4.fits(key.v4())) &&
            (v6 == null ? key.v6() == null : v6.fits(key.v6()));
    }
}
