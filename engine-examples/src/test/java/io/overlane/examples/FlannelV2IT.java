// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.examples.lab.FlannelHost;
import io.overlane.examples.lab.FlannelLab;
import io.overlane.examples.lab.Poll;
import io.overlane.examples.lab.Traffic;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that keep their leases where flannel up to 0.17 does. */
@Tag("control-plane")
@Timeout(300)
class FlannelV2IT
{
    private static final int TIMEOUT_S = 120;
    private static final String[] V2 = {"--etcd-api", "v2"};
    private static final Pattern EXPIRATION = Pattern.compile("\"expiration\":\"([^\"]+)\"");

    @TempDir
    private Path directory;

    @AutoClose
    private FlannelLab lab;

    @Test
    void shouldShareANetworkInVersion2()
    {
        lab = FlannelLab.openWithV2OrSkip(directory);
        // Both stores are in one server, and neither sees the other.
        lab.put("/config", "{\"Network\":\"10.99.0.0/16\",\"Backend\":{\"Type\":\"alloc\"}}");
        final FlannelHost first = lab.addNode(1).launch(V2);
        first.awaitEvent("no network configuration in /coreos.com/network/config; trying again in 1 s", TIMEOUT_S);
        lab.putV2("/config", "{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"vxlan\"}}");
        final FlannelHost second = lab.addNode(2).launch(V2);
        first.awaitReady();
        second.awaitReady();
        assertNotEquals(first.subnet(), second.subnet());
        first.attachPod();
        second.attachPod();
        first.awaitEvent("peer " + second.subnet() + " at " + second.host().underlayV4() + " joined", TIMEOUT_S);
        Poll.until("both know each other", TIMEOUT_S,
            () -> !first.route(second.subnet()).isEmpty() && !second.route(first.subnet()).isEmpty());
        Traffic.ping(first.pod(), second.podAddress());
        assertEquals(0, lab.leases().size(), "nothing in version 3");

        // Somebody takes the lease away: the watch of one's own sees it, and takes it again.
        lab.deleteV2("/subnets/" + second.leaseName());
        first.awaitEvent("peer " + second.subnet() + " at " + second.host().underlayV4() + " left", TIMEOUT_S);
        second.awaitEvent("lease " + second.subnet() + " renewed", TIMEOUT_S);
        Poll.until("the route again", TIMEOUT_S, () -> !first.route(second.subnet()).isEmpty());
        Traffic.ping(first.pod(), second.podAddress());
        first.stop();
        second.stop();
    }

    /** Waits for a minute, the earliest time at which a node renews its lease. */
    @Test
    @Tag("long")
    void shouldRenewInTimeInVersion2()
    {
        lab = FlannelLab.openWithV2OrSkip(directory);
        lab.putV2("/config", "{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"host-gw\"}}");
        // The earliest there is: a minute after the lease was taken.
        final FlannelHost node = lab.addNode(1).launch("--etcd-api", "v2", "--subnet-lease-renew-margin", "1439");
        node.awaitReady();
        final String key = "/subnets/" + node.leaseName();
        final String expiration = expiration(key);
        node.awaitEvent("lease " + node.subnet() + " renewed", 4 * TIMEOUT_S);
        assertTrue(expiration(key).compareTo(expiration) > 0, () -> expiration + " then " + expiration(key));
        node.stop();
    }

    private String expiration(final String key)
    {
        final String answer = lab.getV2(key);
        final Matcher matcher = EXPIRATION.matcher(answer);
        assertTrue(matcher.find(), answer);
        return matcher.group(1);
    }
}
