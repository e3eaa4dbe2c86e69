// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.etcd;

import io.overlane.flannel.json.JsonBuilder;
import io.overlane.flannel.json.JsonObject;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseAttributes;
import io.overlane.flannel.lease.SubnetKey;
import io.overlane.tun.host.NodeIdentity;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Names and values of a network's keys in etcd's version 3. */
final class V3Leases
{
    private final String prefix;
    private final LeaseTexts texts;

    V3Leases(final String prefix, final Consumer<String> notices)
    {
        this.prefix = prefix;
        this.texts = new LeaseTexts(prefix + "/subnets/", notices);
    }

    String configName()
    {
        return prefix + "/config";
    }

    String name(final SubnetKey key)
    {
        return prefix + "/subnets/" + key.registryName();
    }

    /**
     * @return the first of two numbers for leases of etcd: the same at each start of a node, and with 61 random bits
     *         hardly that of another one.
     */
    long leaseNumber(final LeaseAttributes attributes)
    {
        // The identity keeps apart two hosts that were given one public address by mistake.
        final String node = prefix + ' ' + attributes.publicIp() + ' ' + attributes.publicIpV6() + ' ' +
            NodeIdentity.ofThisHost().mac("", attributes.publicIp(), 0);
        final long hash = UUID.nameUUIDFromBytes(node.getBytes(StandardCharsets.UTF_8)).getMostSignificantBits();
        return hash >>> 2 << 1 | 1L << 62;
    }

    /** @return the request for the configuration. */
    String configRange()
    {
        return new JsonBuilder().begin().text("key", V3Client.base64(configName())).end().toString();
    }

    /**
     * @param json inside an object; gets the members that name the key, or the range of all leases.
     * @param key  of one lease, or null for all.
     * @return the same builder.
     */
    JsonBuilder range(final JsonBuilder json, final @Nullable SubnetKey key)
    {
        if (key != null)
        {
            return json.text("key", V3Client.base64(name(key)));
        }
        // All keys below ".../subnets/" are smaller than ".../subnets0", as '0' is the character after '/'.
        return json
            .text("key", V3Client.base64(prefix + "/subnets/"))
            .text("range_end", V3Client.base64(prefix + "/subnets0"));
    }

    /** @return the key's subnets; null, after a notice, if it is not the name of a lease. */
    @Nullable SubnetKey key(final String name)
    {
        return texts.key(name);
    }

    /** @return the lease in a key and its value; null, after a notice, if the key is not the name of a lease. */
    @Nullable Lease lease(final JsonObject kv)
    {
        final String name = kv.base64("key");
        final SubnetKey key = texts.key(name);
        return key == null ? null : new Lease(key, texts.attributes(name, kv.base64("value")), null,
            kv.int64("lease", 0) == 0, kv.int64("mod_revision", 0));
    }
}
