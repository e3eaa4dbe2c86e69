// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.registry;

import static io.overlane.flannel.registry.Leases.attributes;
import static io.overlane.flannel.registry.Leases.lease;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseAttributes;
import io.overlane.flannel.lease.RegistryException;
import io.overlane.flannel.lease.RegistryException.Kind;
import io.overlane.flannel.lease.SubnetKey;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How a node takes, keeps and loses a subnet. */
class RegistrySubnetManagerTest
{
    private final MemoryRegistry registry = new MemoryRegistry();
    private final List<String> notices = new CopyOnWriteArrayList<>();
    private final RegistrySubnetManager manager = new RegistrySubnetManager(
        registry, RegistrySubnetManager.LEASE_TTL, new Random(1), notices::add);

    @Test
    void shouldTakeItsOwnLeaseAgain()
    {
        final Lease held = registry.put(null, lease("10.5.7.0-24", "192.0.2.1"));
        final Lease lease = manager.acquire(attributes("192.0.2.1", "{\"VNI\":2}"), null);
        assertEquals(held.key(), lease.key());
        assertEquals("{\"VNI\":2}", registry.find(held.key()).attributes().backendData());
        assertEquals(RegistrySubnetManager.LEASE_TTL, lease.timeToLive());
    }

    @Test
    void shouldKeepAReservationOne()
    {
        registry.put(null, new Lease(SubnetKey.parse("10.5.7.0-24"), attributes("192.0.2.1"), null, true, 0));
        final Lease lease = manager.acquire(attributes("192.0.2.1"), null);
        assertTrue(lease.reserved());
        assertEquals(null, lease.timeToLive());
    }

    @Test
    void shouldReplaceALeaseTheConfigurationDoesNotFit()
    {
        final Lease old = registry.put(null, lease("10.6.7.0-24", "192.0.2.1"));
        final Lease lease = manager.acquire(attributes("192.0.2.1"), null);
        assertTrue(lease.subnet().toString().startsWith("10.5."), lease.toString());
        assertEquals(null, registry.find(old.key()));
        assertEquals(1, notices.size());
    }

    @Test
    void shouldKeepItsIpv4SubnetWhenTheNetworkGetsIpv6()
    {
        registry.put(null, lease("10.5.7.0-24", "192.0.2.1"));
        registry.config =
            "{\"Network\":\"10.5.0.0/16\",\"EnableIPv6\":true,\"IPv6Network\":\"fd00::/48\"}";
        final Lease lease = manager.acquire(attributes("192.0.2.1"), SubnetKey.parse("10.5.9.0-24"));
        assertEquals("10.5.7.0/24", lease.subnet().toString());
        assertEquals(1, registry.leases().leases().size());
    }

    @Test
    void shouldTakeThePreviousSubnetIfItIsFree()
    {
        final SubnetKey previous = SubnetKey.parse("10.5.200.0-24");
        assertEquals(previous, manager.acquire(attributes("192.0.2.1"), previous).key());
        assertNotEquals(previous, manager.acquire(attributes("192.0.2.2"), previous).key());
    }

    @Test
    void shouldNotTakeAPreviousSubnetOfAnotherNetwork()
    {
        final SubnetKey previous = SubnetKey.parse("10.6.200.0-24");
        assertNotEquals(previous, manager.acquire(attributes("192.0.2.1"), previous).key());
    }

    @Test
    void shouldTryAgainAfterALostRace()
    {
        final SubnetKey previous = SubnetKey.parse("10.5.200.0-24");
        registry.beforeCreate = () ->
        {
            registry.beforeCreate = () ->
            {
            };
            registry.put(null, lease("10.5.200.0-24", "192.0.2.9"));
        };
        final Lease lease = manager.acquire(attributes("192.0.2.1"), previous);
        assertNotEquals(previous, lease.key());
        assertEquals(2, registry.leases().leases().size());
    }

    @Test
    void shouldGiveUpARaceItAlwaysLoses()
    {
        final RegistrySubnetManager hasty = new RegistrySubnetManager(
            registry, RegistrySubnetManager.LEASE_TTL, () -> 0, notices::add);
        final AtomicInteger races = new AtomicInteger();
        registry.beforeCreate = () ->
        {
            races.incrementAndGet();
            throw new RegistryException(Kind.CONFLICT, "another node was faster");
        };
        final RegistryException ex =
            assertThrows(RegistryException.class, () -> hasty.acquire(attributes("192.0.2.1"), null));
        assertEquals(Kind.CONFLICT, ex.kind());
        assertTrue(races.get() > 10);
    }

    @Test
    void shouldFindASubnetBesideALeaseOfEverything()
    {
        registry.put(null, lease("0.0.0.0-0", "192.0.2.66"));
        registry.put(null, lease("10.4.0.0-15", "192.0.2.67"));
        assertTrue(manager.acquire(attributes("192.0.2.1"), null).subnet().toString().startsWith("10.5."));
    }

    @Test
    void shouldSayWhenSubnetsRunOut()
    {
        registry.config = "{\"Network\":\"10.5.0.0/28\"}";
        manager.acquire(attributes("192.0.2.1"), null);
        manager.acquire(attributes("192.0.2.2"), null);
        manager.acquire(attributes("192.0.2.3"), null);
        final RegistryException ex =
            assertThrows(RegistryException.class, () -> manager.acquire(attributes("192.0.2.4"), null));
        assertEquals(Kind.EXHAUSTED, ex.kind());
    }

    @Test
    void shouldRefuseAConfigurationWithoutIpv4()
    {
        registry.config = "{\"EnableIPv4\":false,\"EnableIPv6\":true,\"IPv6Network\":\"fd00::/48\"}";
        assertEquals(Kind.MALFORMED, assertThrows(RegistryException.class, manager::networkConfig).kind());
    }

    @Test
    void shouldNotRenewWhatSomebodyElseHolds()
    {
        final Lease lease = manager.acquire(attributes("192.0.2.1"), null);
        registry.delete(registry.find(lease.key()));
        assertEquals(Kind.CONFLICT, assertThrows(RegistryException.class, () -> manager.renew(lease)).kind());
        registry.put(null, new Lease(lease.key(), attributes("192.0.2.9"), null, false, 0));
        final RegistryException ex = assertThrows(RegistryException.class, () -> manager.renew(lease));
        assertTrue(ex.getMessage().contains("192.0.2.9"), ex.getMessage());
    }

    @Test
    void shouldNotTakeASubnetOfAnotherConfiguration()
    {
        manager.networkConfig();
        registry.config = "{\"Network\":\"10.99.0.0/16\"}";
        final RegistryException ex = assertThrows(
            RegistryException.class, () -> manager.acquire(attributes("192.0.2.1"), null));
        assertEquals(Kind.RECONFIGURED, ex.kind());
        assertEquals(List.of(), registry.leases().leases());
    }

    @Test
    void shouldKeepItsNetworkWhenTheRegistryHasNoneOrAWrongOne()
    {
        manager.networkConfig();
        registry.config = "{\"Network\":\"10.99.0.0/33\"}";
        assertTrue(manager.acquire(attributes("192.0.2.1"), null).subnet().toString().startsWith("10.5."));
        registry.config = null;
        assertTrue(manager.acquire(attributes("192.0.2.2"), null).subnet().toString().startsWith("10.5."));
        assertTrue(notices.get(1).startsWith("no network configuration"), notices.toString());
    }

    @Test
    void shouldWriteAgainWhatAnotherProgramWrote()
    {
        final Lease lease = manager.acquire(attributes("192.0.2.1"), null);
        for (final LeaseAttributes other : List.of(
            LeaseAttributes.UNREADABLE, attributes("192.0.2.1", "{\"VNI\":9}"), attributes("192.0.2.1")))
        {
            // The end of the lease is gone, unless another node wrote the same value.
            final boolean isTwin = other.equals(lease.attributes());
            registry.put(registry.find(lease.key()), new Lease(lease.key(), other, null, !isTwin, 0));
            final long revision = registry.leases().revision();
            final Lease renewed = manager.renew(lease);
            assertEquals(lease.attributes(), registry.find(lease.key()).attributes());
            assertEquals(RegistrySubnetManager.LEASE_TTL, renewed.timeToLive());
            assertFalse(renewed.reserved());
            assertEquals(revision + 1, renewed.revision(), "written, so that the twin sees it");
        }
    }

    @Test
    void shouldNotWriteAReservationAgain()
    {
        final Lease lease = manager.acquire(attributes("192.0.2.1"), null);
        registry.put(registry.find(lease.key()), new Lease(lease.key(), lease.attributes(), null, true, 0));
        final long revision = registry.leases().revision();
        assertTrue(manager.renew(lease).reserved());
        assertEquals(revision, registry.leases().revision());
    }

    @Test
    void shouldNotTakeASubnetWhoseLeaseIsUnreadable()
    {
        final SubnetKey previous = SubnetKey.parse("10.5.200.0-24");
        registry.put(null, new Lease(previous, LeaseAttributes.UNREADABLE, null, true, 0));
        assertNotEquals(previous, manager.acquire(attributes("192.0.2.1"), previous).key());
    }

    @Test
    void shouldPublishAnotherAddressWithARenewal()
    {
        final Lease lease = manager.acquire(attributes("192.0.2.1"), null);
        final Lease moved = manager.renew(
            new Lease(lease.key(), attributes("192.0.2.77"), lease.timeToLive(), false, lease.revision()));
        assertEquals("192.0.2.77", registry.find(lease.key()).attributes().publicIp().toString());
        assertTrue(moved.revision() > lease.revision());
    }
}
