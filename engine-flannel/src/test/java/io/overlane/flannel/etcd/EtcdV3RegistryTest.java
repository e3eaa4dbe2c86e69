// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.RegistryException.Kind;
import io.overlane.flannel.lease.SubnetKey;
import io.overlane.flannel.registry.Registry;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Leases in version 3. */
class EtcdV3RegistryTest extends RegistryContract
{
    @Override
    Registry open(final EtcdOptions options)
    {
        return new EtcdV3Registry(options, notices::add);
    }

    @Override
    void write(final String key, final String value)
    {
        etcd.put(key, value);
    }

    @Override
    void remove(final String key)
    {
        etcd.delete(key);
    }

    @Override
    void forgetThePast()
    {
        // What was written at the revision compacted to stays readable.
        etcd.put("/noise", "");
        etcd.compact();
    }

    @Test
    void shouldNotWriteTheKeyToProlongIt()
    {
        final Lease lease =
            registry.create(SubnetKey.parse("10.5.1.0-24"), attributes("192.0.2.1"), DAY, registry.leases().revision());
        final long revision = registry.leases().revision();
        assertEquals(lease.revision(), registry.prolong(lease, DAY).revision());
        assertEquals(revision, registry.leases().revision());
    }

    @Test
    void shouldNotTakeAnIpv6SubnetThatWasTakenMeanwhile()
    {
        final long revision = registry.leases().revision();
        registry.create(SubnetKey.parse("10.5.1.0-24&fd00:0:0:1::-64"), attributes("192.0.2.1"), DAY, revision);
        assertEquals(Kind.CONFLICT, failure(() -> registry.create(
            SubnetKey.parse("10.5.2.0-24&fd00:0:0:1::-64"), attributes("192.0.2.2"), DAY, revision)));
        assertEquals(1, registry.leases().leases().size());
    }

    @Test
    void shouldNotLeaveAnEtcdLeaseBehindAfterALostRace()
    {
        registry.create(SubnetKey.parse("10.5.1.0-24"), attributes("192.0.2.1"), DAY, registry.leases().revision());
        final int before = etcdLeases();
        assertEquals(Kind.CONFLICT, failure(() -> registry.create(
            SubnetKey.parse("10.5.1.0-24"), attributes("192.0.2.2"), DAY, registry.leases().revision())));
        assertEquals(before, etcdLeases());
        assertTrue(before > 0);
    }

    @Test
    void shouldNotLeaveTheEtcdLeaseBehindThatAnUpdateOrADeletionReplaces()
    {
        final int before = etcdLeases();
        final Lease first =
            registry.create(SubnetKey.parse("10.5.1.0-24"), attributes("192.0.2.1"), DAY, registry.leases().revision());
        final Lease second = registry.update(first, attributes("192.0.2.2"), DAY);
        assertEquals(before + 1, etcdLeases());
        registry.delete(second);
        assertEquals(before, etcdLeases());
    }

    /** As if the node had been killed between the grant and the write of its key, at two of its starts. */
    @Test
    void shouldUseTheEtcdLeaseThatAKilledStartLeft()
    {
        final int before = etcdLeases();
        final EtcdV3Registry killed = (EtcdV3Registry)registry;
        killed.grant(attributes("192.0.2.1"), DAY);
        killed.grant(attributes("192.0.2.1"), DAY);
        assertEquals(before + 1, etcdLeases());
        final Lease lease =
            registry.create(SubnetKey.parse("10.5.1.0-24"), attributes("192.0.2.1"), DAY, registry.leases().revision());
        assertEquals(before + 1, etcdLeases());

        killed.grant(attributes("192.0.2.1"), DAY);
        assertEquals(before + 2, etcdLeases());
        final Lease again = registry.update(lease, attributes("192.0.2.1"), DAY);
        assertEquals(before + 1, etcdLeases());
        assertTrue(registry.find(again.key()).sameForPeers(again));
    }

    @Test
    void shouldLeaveAnEtcdLeaseAloneThatHasOtherKeys()
    {
        final String id = etcd.post("/v3/lease/grant", "{\"TTL\":600}").replaceAll(".*\"ID\":\"(\\d+)\".*", "$1");
        for (final String name : List.of("10.5.1.0-24", "10.5.2.0-24"))
        {
            etcd.post("/v3/kv/put", "{\"key\":\"" + base64(prefix + "/subnets/" + name) + "\",\"value\":\"" +
                base64("{\"PublicIP\":\"192.0.2.1\"}") + "\",\"lease\":\"" + id + "\"}");
        }
        registry.delete(registry.find(SubnetKey.parse("10.5.1.0-24")));
        assertEquals("192.0.2.1",
            registry.find(SubnetKey.parse("10.5.2.0-24")).attributes().publicIp().toString());
    }

    private static String base64(final String text)
    {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static int etcdLeases()
    {
        return etcd.post("/v3/lease/leases", "{}").split("\"ID\"").length - 1;
    }
}
