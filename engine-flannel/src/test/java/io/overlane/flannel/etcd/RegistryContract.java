// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.address.IpAddress;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseAttributes;
import io.overlane.flannel.lease.RegistryException;
import io.overlane.flannel.lease.RegistryException.Kind;
import io.overlane.flannel.lease.SubnetKey;
import io.overlane.flannel.registry.ChangeListener;
import io.overlane.flannel.registry.ChangeStream;
import io.overlane.flannel.registry.LeaseSnapshot;
import io.overlane.flannel.registry.Registry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What either version of etcd must do for leases, against a real server. */
abstract class RegistryContract
{
    static final Duration DAY = Duration.ofHours(24);
    private static final SubnetKey KEY = SubnetKey.parse("10.5.1.0-24");
    private static final SubnetKey DUAL = SubnetKey.parse("10.5.2.0-24&fd00:0:0:2::-64");

    @TempDir
    static Path directory;
    static EtcdServer etcd;

    final List<String> notices = new CopyOnWriteArrayList<>();
    String prefix;
    Registry registry;

    @BeforeAll
    static void startEtcd()
    {
        assumeTrue(EtcdServer.isInstalled(), "no etcd on the path (scripts/setup.sh test)");
        etcd = EtcdServer.onLoopback(directory, EtcdServer.knowsV2() ? new String[]{"--enable-v2"} : new String[0]);
    }

    @AfterAll
    static void stopEtcd()
    {
        if (etcd != null)
        {
            etcd.close();
        }
    }

    /** Every test has a network of its own. */
    @BeforeEach
    void openRegistry(final TestInfo test)
    {
        prefix = "/" + test.getTestMethod().orElseThrow().getName();
        registry = open(EtcdOptions.of(etcd.endpoint()).withPrefix(prefix));
    }

    abstract Registry open(EtcdOptions options);

    /** Write a key that never ends, as an operator would. */
    abstract void write(String key, String value);

    /** Remove a key. */
    abstract void remove(String key);

    /** Make the store forget the past. */
    abstract void forgetThePast();

    static LeaseAttributes attributes(final String publicIp)
    {
        return LeaseAttributes.ofV4(
            IpAddress.parse(publicIp), "vxlan", "{\"VNI\":1,\"VtepMAC\":\"02:00:00:00:00:01\"}");
    }

    static Kind failure(final Executable executable)
    {
        return assertThrows(RegistryException.class, executable).kind();
    }

    @Test
    void shouldSayThatThereIsNoConfigurationYet()
    {
        assertEquals(Kind.NOT_FOUND, failure(registry::config));
        write(prefix + "/config", "{\"Network\":\"10.5.0.0/16\"}");
        assertEquals("{\"Network\":\"10.5.0.0/16\"}", registry.config());
    }

    @Test
    void shouldHaveNoLeasesAtFirst()
    {
        assertTrue(registry.leases().leases().isEmpty());
        assertTrue(registry.leases().revision() > 0);
        assertNull(registry.find(KEY));
    }

    @Test
    void shouldCreateAndFindALease()
    {
        final Lease lease = registry.create(KEY, attributes("192.0.2.1"), DAY, registry.leases().revision());
        final Lease found = registry.find(KEY);
        assertTrue(found.sameForPeers(lease));
        assertEquals(lease.revision(), found.revision());
        assertFalse(found.reserved());
        assertTrue(found.timeToLive().compareTo(DAY.minusMinutes(5)) > 0, found.toString());
        assertTrue(found.timeToLive().compareTo(DAY) <= 0, found.toString());
        assertTrue(registry.leases().leases().get(0).sameForPeers(lease));
    }

    @Test
    void shouldCreateALeaseOfBothFamilies()
    {
        final LeaseAttributes both = new LeaseAttributes(
            IpAddress.parse("192.0.2.1"), IpAddress.parse("fd00::1"), "vxlan", "{\"VNI\":1}", "{\"VNI\":1}");
        registry.create(DUAL, both, DAY, registry.leases().revision());
        assertEquals(both, registry.find(DUAL).attributes());
        assertEquals(DUAL, registry.leases().leases().get(0).key());
    }

    @Test
    void shouldRefuseToCreateWhatIsHeld()
    {
        registry.create(KEY, attributes("192.0.2.1"), DAY, registry.leases().revision());
        assertEquals(Kind.CONFLICT, failure(() -> registry.create(KEY, attributes("192.0.2.2"), DAY, Long.MAX_VALUE)));
        assertEquals("192.0.2.1", registry.find(KEY).attributes().publicIp().toString());
    }

    @Test
    void shouldUpdateOnlyWhatIsUnchanged()
    {
        final Lease first = registry.create(KEY, attributes("192.0.2.1"), DAY, registry.leases().revision());
        final Lease second = registry.update(first, attributes("192.0.2.2"), DAY);
        assertTrue(second.revision() > first.revision());
        assertEquals(Kind.CONFLICT, failure(() -> registry.update(first, attributes("192.0.2.3"), DAY)));
        assertEquals("192.0.2.2", registry.find(KEY).attributes().publicIp().toString());
    }

    @Test
    void shouldDeleteOnlyWhatIsUnchanged()
    {
        final Lease first = registry.create(KEY, attributes("192.0.2.1"), DAY, registry.leases().revision());
        final Lease second = registry.update(first, attributes("192.0.2.2"), DAY);
        assertEquals(Kind.CONFLICT, failure(() -> registry.delete(first)));
        registry.delete(second);
        assertNull(registry.find(KEY));
        assertEquals(Kind.CONFLICT, failure(() -> registry.delete(second)));
        assertEquals(Kind.CONFLICT, failure(() -> registry.prolong(second, DAY)));
        assertEquals(Kind.CONFLICT, failure(() -> registry.update(second, attributes("192.0.2.2"), DAY)));
    }

    @Test
    void shouldProlongALease()
    {
        final Lease brief =
            registry.create(KEY, attributes("192.0.2.1"), Duration.ofSeconds(100), registry.leases().revision());
        final Lease longer = registry.prolong(brief, DAY);
        assertEquals(DAY, longer.timeToLive());
        assertTrue(registry.find(KEY).timeToLive().compareTo(Duration.ofHours(23)) > 0);
        assertTrue(registry.prolong(longer, DAY).sameForPeers(brief));
    }

    @Test
    void shouldEndALeaseNobodyRenews() throws Exception
    {
        registry.create(KEY, attributes("192.0.2.1"), Duration.ofSeconds(1), registry.leases().revision());
        final long next = registry.leases().revision() + 1;
        final Recorder recorder = new Recorder();
        try (ChangeStream stream = registry.changes(null, next))
        {
            recorder.read(stream, 1);
        }
        assertEquals(List.of("gone 10.5.1.0/24"), recorder.seen);
        assertNull(registry.find(KEY));
    }

    @Test
    void shouldKeepAReservationWithoutEnd()
    {
        write(prefix + "/subnets/10.5.1.0-24", attributes("192.0.2.1").toJson());
        final Lease found = registry.find(KEY);
        assertTrue(found.reserved());
        assertTrue(registry.update(found, attributes("192.0.2.2"), DAY).reserved());
        assertTrue(registry.find(KEY).reserved());
        assertNull(registry.prolong(registry.find(KEY), DAY).timeToLive());
        assertTrue(registry.leases().leases().get(0).reserved());
    }

    @Test
    void shouldSkipKeysThatMakeNoSenseAndReportUnreadableValuesOnce()
    {
        write(prefix + "/subnets/hello", "{}");
        write(prefix + "/subnets/10.5.3.0-24", "not json");
        registry.create(KEY, attributes("192.0.2.1"), DAY, registry.leases().revision());
        registry.leases();
        assertEquals(Set.of("10.5.1.0/24 true", "10.5.3.0/24 false"), readable(registry.leases()));
        assertFalse(registry.find(SubnetKey.parse("10.5.3.0-24")).isReadable());
        assertEquals(1, notices.stream().filter(notice -> notice.contains("hello")).count(), notices.toString());
        assertEquals(1, notices.stream().filter(notice -> notice.contains("10.5.3.0-24")).count(), notices.toString());
        write(prefix + "/subnets/10.5.3.0-24", attributes("192.0.2.3").toJson());
        assertEquals(Set.of("10.5.1.0/24 true", "10.5.3.0/24 true"), readable(registry.leases()));
        write(prefix + "/subnets/10.5.3.0-24", "not json");
        registry.leases();
        assertEquals(2, notices.stream().filter(notice -> notice.contains("10.5.3.0-24")).count(), notices.toString());
    }

    private static Set<String> readable(final LeaseSnapshot snapshot)
    {
        return snapshot.leases().stream().map(lease -> lease.key() + " " + lease.isReadable())
            .collect(Collectors.toSet());
    }

    /** flannel reads the second name as well, so that two keys name one subnet. */
    @Test
    void shouldReadOnlyTheNameThatNodesWrite()
    {
        final long next = registry.leases().revision() + 1;
        write(prefix + "/subnets/10.5.3.0-24", attributes("192.0.2.3").toJson());
        write(prefix + "/subnets/x10.5.3.0-24", attributes("192.0.2.66").toJson());
        write(prefix + "/subnets/10.5.3.0-024", attributes("192.0.2.67").toJson());
        remove(prefix + "/subnets/x10.5.3.0-24");
        write(prefix + "/subnets/10.5.4.0-24", attributes("192.0.2.4").toJson());
        final Recorder recorder = new Recorder();
        try (ChangeStream stream = registry.changes(null, next))
        {
            recorder.read(stream, 2);
        }
        assertEquals(List.of("put 10.5.3.0/24 192.0.2.3", "put 10.5.4.0/24 192.0.2.4"), recorder.seen);
        assertEquals(2, registry.leases().leases().size());
        final List<String> skipped =
            notices.stream().filter(notice -> notice.contains("x10.5.3.0-24")).toList();
        assertEquals(List.of("etcd: key " + prefix + "/subnets/x10.5.3.0-24 is skipped: the lease of 10.5.3.0/24 is " +
            prefix + "/subnets/10.5.3.0-24"), skipped);
    }

    @Test
    void shouldReadOneLeaseWithTheRevisionAndTheStore()
    {
        final Lease lease = registry.create(KEY, attributes("192.0.2.1"), DAY, registry.leases().revision());
        write(prefix + "/subnets/10.5.3.0-24", attributes("192.0.2.3").toJson());
        final LeaseSnapshot one = registry.lease(KEY);
        assertEquals(1, one.leases().size());
        assertTrue(one.leases().get(0).sameForPeers(lease));
        final LeaseSnapshot all = registry.leases();
        assertEquals(all.revision(), one.revision());
        assertEquals(all.store(), one.store());
        assertFalse(one.store().isEmpty());
        registry.delete(lease);
        assertTrue(registry.lease(KEY).leases().isEmpty());
        assertEquals(registry.leases().revision(), registry.lease(KEY).revision());
    }

    @Test
    void shouldReportAnOverwrittenLeaseAsUnreadable()
    {
        registry.create(KEY, attributes("192.0.2.1"), DAY, registry.leases().revision());
        final long next = registry.leases().revision() + 1;
        for (final String value : List.of("{", "", "{\"PublicIP\":\"x\"}"))
        {
            write(prefix + "/subnets/" + KEY.registryName(), value);
        }
        final Recorder recorder = new Recorder();
        try (ChangeStream stream = registry.changes(null, next))
        {
            recorder.read(stream, 3);
        }
        assertEquals(List.of("unreadable 10.5.1.0/24", "unreadable 10.5.1.0/24", "unreadable 10.5.1.0/24"),
            recorder.seen);
        final Lease found = registry.find(KEY);
        registry.update(found, attributes("192.0.2.1"), DAY);
        assertTrue(registry.find(KEY).isReadable());
    }

    @Test
    void shouldFollowChangesFromARevision()
    {
        registry.create(KEY, attributes("192.0.2.1"), DAY, registry.leases().revision());
        final long next = registry.leases().revision() + 1;
        final Lease other = registry.create(DUAL, attributes("192.0.2.2"), DAY, registry.leases().revision());
        final Recorder recorder = new Recorder();
        try (ChangeStream stream = registry.changes(null, next))
        {
            recorder.read(stream, 1);
            registry.delete(registry.update(other, attributes("192.0.2.3"), DAY));
            recorder.read(stream, 3);
        }
        assertEquals(List.of(
            "put 10.5.2.0/24 & fd00:0:0:2::/64 192.0.2.2",
            "put 10.5.2.0/24 & fd00:0:0:2::/64 192.0.2.3",
            "gone 10.5.2.0/24 & fd00:0:0:2::/64"), recorder.seen);
    }

    @Test
    void shouldFollowOneLease()
    {
        final Lease lease = registry.create(KEY, attributes("192.0.2.1"), DAY, registry.leases().revision());
        final Recorder recorder = new Recorder();
        try (ChangeStream stream = registry.changes(KEY, registry.leases().revision() + 1))
        {
            registry.create(DUAL, attributes("192.0.2.2"), DAY, registry.leases().revision());
            registry.delete(lease);
            recorder.read(stream, 1);
        }
        assertEquals(List.of("gone 10.5.1.0/24"), recorder.seen);
    }

    @Test
    void shouldSayThatThePastIsGone()
    {
        final long next = registry.leases().revision() + 1;
        registry.create(KEY, attributes("192.0.2.1"), DAY, registry.leases().revision());
        forgetThePast();
        assertEquals(Kind.COMPACTED, failure(() ->
        {
            try (ChangeStream stream = registry.changes(null, next))
            {
                new Recorder().read(stream, 1);
            }
        }));
    }

    @Test
    void shouldNotWaitForAStoreThatWentBack()
    {
        final long future = registry.leases().revision() + 1_000_000;
        assertEquals(Kind.COMPACTED, failure(() ->
        {
            try (ChangeStream stream = registry.changes(null, future))
            {
                new Recorder().read(stream, 1);
            }
        }));
    }

    /** Writes down what a stream says. */
    static final class Recorder implements ChangeListener
    {
        final List<String> seen = new ArrayList<>();

        void read(final ChangeStream stream, final int count)
        {
            while (seen.size() < count)
            {
                stream.await(this);
            }
        }

        @Override
        public void onPut(final Lease lease)
        {
            seen.add(lease.isReadable() ? "put " + lease.key() + " " + lease.attributes().publicIp() :
                "unreadable " + lease.key());
        }

        @Override
        public void onRemove(final SubnetKey key)
        {
            seen.add("gone " + key);
        }
    }
}
