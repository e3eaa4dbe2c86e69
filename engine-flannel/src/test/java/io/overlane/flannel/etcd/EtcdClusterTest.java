// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.RegistryException;
import io.overlane.flannel.lease.SubnetKey;
import io.overlane.flannel.registry.RegistrySubnetManager;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three members, of which one may be gone. */
@Tag("control-plane")
class EtcdClusterTest
{
    @TempDir
    Path directory;

    private final List<String> notices = new CopyOnWriteArrayList<>();
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    private List<EtcdServer> members = List.of();
    private RegistrySubnetManager manager;
    private Lease own;

    @BeforeEach
    void start() throws Exception
    {
        assumeTrue(EtcdServer.isInstalled(), "no etcd on the path (scripts/setup.sh test)");
        members = EtcdServer.cluster(directory, 3);
        members.get(0).put("/coreos.com/network/config", "{\"Network\":\"10.5.0.0/16\"}");
        final String endpoints = members.stream().map(EtcdServer::endpoint).collect(Collectors.joining(","));
        final EtcdOptions options = EtcdOptions.of(endpoints).withRequestTimeout(Duration.ofSeconds(2));
        manager = new RegistrySubnetManager(
            new EtcdV3Registry(options, notices::add), RegistrySubnetManager.LEASE_TTL, new Random(1), notices::add);
        own = manager.acquire(RegistryContract.attributes("192.0.2.1"), null);
        manager.watchLeases(own.key(), events ->
            events.forEach(event -> seen.add(event.kind() + " " + event.lease().subnet())));
        write("10.5.201.0-24");
        assertEquals("ADDED 10.5.201.0/24", seen.poll(60, TimeUnit.SECONDS));
    }

    @AfterEach
    void stop()
    {
        if (manager != null)
        {
            manager.close();
        }
        members.forEach(EtcdServer::close);
    }

    @Test
    void shouldGoOnWithAnotherMemberWhenItsOwnIsKilled() throws Exception
    {
        members.get(0).kill();
        goesOn();
    }

    @Test
    void shouldGoOnWithAnotherMemberWhenItsOwnFallsSilent() throws Exception
    {
        members.get(0).freeze();
        goesOn();
    }

    @Test
    void shouldWaitForALeader() throws Exception
    {
        members.get(1).kill();
        members.get(2).kill();
        // The last member is there and answers, but not with what it cannot vouch for.
        final RegistryException ex = assertThrows(RegistryException.class, () -> manager.renew(own));
        assertEquals(RegistryException.Kind.UNREACHABLE, ex.kind(), ex.getMessage());
        awaitNotice("trying again");
        members.get(1).start();
        goesOn();
    }

    private void awaitNotice(final String text) throws InterruptedException
    {
        eventually(() ->
        {
            if (notices.stream().noneMatch(notice -> notice.contains(text)))
            {
                throw new IllegalStateException("no notice '" + text + "': " + notices);
            }
            return true;
        });
    }

    private void goesOn() throws InterruptedException
    {
        // The others may have to elect a leader first.
        own = eventually(() -> manager.renew(own));
        eventually(() ->
        {
            write("10.5.202.0-24");
            return true;
        });
        assertEquals("ADDED 10.5.202.0/24", seen.poll(60, TimeUnit.SECONDS), notices::toString);
    }

    private void write(final String name)
    {
        final SubnetKey key = SubnetKey.parse(name);
        members.get(1).put(
            "/coreos.com/network/subnets/" + key.registryName(), RegistryContract.attributes("192.0.2.9").toJson());
    }

    private static <T> T eventually(final Supplier<T> call) throws InterruptedException
    {
        final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (true)
        {
            try
            {
                return call.get();
            }
            catch (final RuntimeException ex)
            {
                if (System.nanoTime() - deadline > 0)
                {
                    throw ex;
                }
                Thread.sleep(100);
            }
        }
    }
}
