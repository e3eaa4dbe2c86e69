// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.testkit.kube.ApiServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole managers and an API server that fails. */
@Timeout(120)
@Tag("control-plane")
class KubeFailuresTest
{
    private static final String TWO = "10.244.2.0/24 192.0.2.2";
    private static final String FIVE = "10.244.5.0/24 192.0.2.5";
    private static final String THREE = "10.244.3.0/24 192.0.2.3";

    @TempDir
    private Path directory;
    private ApiServer server;
    private KubeManagers one;

    @BeforeEach
    void open() throws IOException
    {
        server = new ApiServer().listen();
        server.addNode("one", "10.244.1.0/24");
        server.addNode("two", KubeManagers.annotations("192.0.2.2"), "10.244.2.0/24");
        server.addNode("five", KubeManagers.annotations("192.0.2.5"), "10.244.5.0/24");
        one = new KubeManagers(
            server.url(), FileText.in(Files.writeString(directory.resolve("token"), "a")), "one", "192.0.2.1");
    }

    @AfterEach
    void close()
    {
        one.close();
        server.close();
    }

    private void follow() throws InterruptedException
    {
        one.follow();
        assertEquals(Set.of("ADDED " + TWO, "ADDED " + FIVE), one.next(2));
        server.awaitWatches(2);
    }

    private void join() throws InterruptedException
    {
        server.addNode("three", KubeManagers.annotations("192.0.2.3"), "10.244.3.0/24");
        assertEquals("ADDED " + THREE, one.next());
    }

    @Test
    void shouldSeeEachOther() throws InterruptedException
    {
        follow();
        server.addNode("four");
        try (KubeManagers four = new KubeManagers(server.url(), null, "four", "192.0.2.4"))
        {
            server.setPodCidrs("four", "10.244.4.0/24");
            four.follow();
            assertEquals(Set.of("ADDED 10.244.1.0/24 192.0.2.1", "ADDED " + TWO, "ADDED " + FIVE), four.next(3));
            assertEquals("ADDED 10.244.4.0/24 192.0.2.4", one.next());
            one.manager.ready();
            assertEquals("FlannelIsUp", server.condition("one", "NetworkUnavailable").get("reason"));
        }
        server.deleteNode("four");
        assertEquals("REMOVED 10.244.4.0/24 192.0.2.4", one.next());
    }

    @Test
    void shouldGoOnAfterTheServerRestarts() throws InterruptedException
    {
        follow();
        final InetSocketAddress address = server.address();
        server.stop();
        one.awaitNotice("; trying again");
        assertNull(one.seen.poll(), "nobody left");
        server.deleteNode("two");
        server.listen(address, null);
        assertEquals("REMOVED " + TWO, one.next());
        one.awaitNotice("following the registry again");
        join();
    }

    @Test
    void shouldGoOnAfterItsConnectionsWereCut() throws InterruptedException
    {
        follow();
        server.cut();
        join();
    }

    @Test
    void shouldNoticeAConnectionThatIsDead() throws InterruptedException
    {
        follow();
        server.annotate("one", KubeManagers.PREFIX + "public-ip", "192.0.2.11");
        one.awaitNotice("public-ip=192.0.2.1, which was 192.0.2.11");
        server.freezeOpen();
        join();
        assertTrue(one.notices.isEmpty(), "another connection works: " + one.notices);
    }

    @Test
    void shouldNoticeAServerThatHangs() throws InterruptedException
    {
        follow();
        server.freeze();
        one.awaitNotice("no answer in");
        assertNull(one.seen.poll(), "nobody left");
        server.thaw();
        join();
    }

    @Test
    void shouldFindTheDifferenceAfterTheServerForgot() throws InterruptedException
    {
        follow();
        server.answer(Integer.MAX_VALUE, ".*", 503, 0);
        server.cut();
        one.awaitNotice("status 503");
        server.deleteNode("two");
        server.addNode("three", KubeManagers.annotations("192.0.2.3"), "10.244.3.0/24");
        server.compact();
        server.heal();
        assertEquals("REMOVED " + TWO, one.next());
        assertEquals("ADDED " + THREE, one.next());
    }

    @Test
    void shouldListAgainWhenItsWatchExpires() throws InterruptedException
    {
        follow();
        server.expireWatches();
        join();
    }

    @Test
    void shouldWaitForAServerWithTooMuchToDo() throws InterruptedException
    {
        follow();
        server.answer(3, ".*watch=true.*", 429, 1);
        server.cut();
        one.awaitNotice("status 429");
        join();
    }

    @Test
    void shouldUseTheTokenThatRotated() throws IOException, InterruptedException
    {
        server.requireToken("a");
        follow();
        server.requireToken("b");
        join();
        server.cut();
        one.awaitNotice("status 401");
        Files.writeString(directory.resolve("token"), "b");
        server.deleteNode("three");
        assertEquals("REMOVED " + THREE, one.next());
    }

    /** The store was restored from a backup, or the cluster was set up anew, behind the same address. */
    @Test
    void shouldListAgainWhenTheStoreIsAnother() throws InterruptedException
    {
        follow();
        final InetSocketAddress address = server.address();
        server.close();
        try (ApiServer other = new ApiServer())
        {
            other.addNode("one", "10.244.1.0/24");
            other.addNode("five", KubeManagers.annotations("192.0.2.5"), "10.244.5.0/24");
            other.addNode("three", KubeManagers.annotations("192.0.2.3"), "10.244.3.0/24");
            while (other.revision() < server.revision() + 10)
            {
                other.beat("three");
            }
            other.listen(address, null);
            assertEquals("REMOVED " + TWO, one.next());
            assertEquals("ADDED " + THREE, one.next());
            while (!"192.0.2.1".equals(other.annotations("one").get(KubeManagers.PREFIX + "public-ip")))
            {
                Thread.sleep(10);
            }
        }
    }

    @Test
    void shouldPutItsAnnotationsRight() throws InterruptedException
    {
        follow();
        server.annotate("one", KubeManagers.PREFIX + "backend-data", "{\"VNI\":9}");
        assertEquals("node one: wrote annotation " + KubeManagers.PREFIX + "backend-data=" +
            "{\"VNI\":1,\"VtepMAC\":\"02:00:00:00:00:01\"}, which was {\"VNI\":9}", one.awaitNotice("backend-data"));
        assertEquals("{\"VNI\":1,\"VtepMAC\":\"02:00:00:00:00:01\"}",
            server.annotations("one").get(KubeManagers.PREFIX + "backend-data"));
    }

    @Test
    void shouldFollowItsNodeThatIsDeletedAndCreatedAnew() throws InterruptedException
    {
        follow();
        one.manager.ready();
        server.deleteNode("one");
        assertEquals("lost", one.next());
        server.addNode("one", "10.244.9.0/24");
        while (!"192.0.2.1".equals(server.annotations("one").get(KubeManagers.PREFIX + "public-ip")))
        {
            Thread.sleep(10);
        }
        assertEquals("10.244.9.0/24", one.acquire().key().toString());
        assertEquals("False", server.condition("one", "NetworkUnavailable").get("status"));
    }

    @Test
    void shouldFollowAPeerThatIsRenamedOrHasAnotherPodCidr() throws InterruptedException
    {
        follow();
        server.deleteNode("two");
        server.addNode("zwei", KubeManagers.annotations("192.0.2.2"), "10.244.2.0/24");
        assertEquals("REMOVED " + TWO, one.next());
        assertEquals("ADDED " + TWO, one.next());
        server.setPodCidrs("zwei", "10.244.22.0/24");
        assertEquals("REMOVED " + TWO, one.next());
        assertEquals("ADDED 10.244.22.0/24 192.0.2.2", one.next());
    }
}
