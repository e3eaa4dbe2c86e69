// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.SubnetKey;
import io.overlane.flannel.registry.Registry;
import io.overlane.flannel.registry.RegistrySubnetManager;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Leases in version 2, which the server is told to speak too. */
@Tag("control-plane")
class EtcdV2RegistryTest extends RegistryContract
{
    /** etcd keeps the last thousand events. */
    private static final int HISTORY = 1_000;

    @BeforeAll
    static void requireVersion2()
    {
        assumeTrue(EtcdServer.isInstalled() && EtcdServer.knowsV2(), "this etcd has no version 2 any more");
    }

    @Test
    void shouldGoOnAfterEtcdWasKilledAndStartedAgain() throws Exception
    {
        write(prefix + "/config", "{\"Network\":\"10.5.0.0/16\"}");
        final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        final RegistrySubnetManager manager = new RegistrySubnetManager(
            registry, RegistrySubnetManager.LEASE_TTL, new Random(1), notices::add);
        try
        {
            manager.watchLeases(null, events ->
                events.forEach(event -> seen.add(event.kind() + " " + event.lease().subnet())));
            final Lease lease = manager.acquire(attributes("192.0.2.1"), SubnetKey.parse("10.5.1.0-24"));
            assertEquals("ADDED 10.5.1.0/24", seen.poll(60, TimeUnit.SECONDS));
            etcd.kill();
            etcd.start();
            manager.renew(lease);
            manager.acquire(attributes("192.0.2.2"), SubnetKey.parse("10.5.2.0-24"));
            assertEquals("ADDED 10.5.2.0/24", seen.poll(60, TimeUnit.SECONDS));
            assertNotNull(registry.find(lease.key()));
        }
        finally
        {
            manager.close();
        }
    }

    @Override
    Registry open(final EtcdOptions options)
    {
        return new EtcdV2Registry(options, notices::add);
    }

    @Override
    void write(final String key, final String value)
    {
        etcd.putV2(key, "value=" + V2Client.encoded(value));
    }

    @Override
    void remove(final String key)
    {
        etcd.send("DELETE", "/v2/keys" + key, "", "");
    }

    @Override
    void forgetThePast()
    {
        for (int i = 0; i <= HISTORY; i++)
        {
            etcd.putV2("/noise", "value=" + i);
        }
    }
}
