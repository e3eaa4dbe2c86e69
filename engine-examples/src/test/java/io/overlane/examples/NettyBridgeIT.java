// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import io.overlane.examples.lab.Bridge;
import io.overlane.examples.lab.Lab;
import io.overlane.examples.lab.LabHost;
import io.overlane.examples.lab.LabProcess;
import io.overlane.examples.lab.Traffic;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The example's bridge on the left, the kernel's vxlan device on the right. */
@Timeout(600)
class NettyBridgeIT
{
    private static final int START_TIMEOUT_S = 120;
    private static final String LEFT = "10.9.0.1";
    private static final String RIGHT = "10.9.0.2";

    @Test
    void shouldTalkToTheKernelsVxlanDevice()
    {
        try (Lab lab = Lab.openOrSkip())
        {
            lab.requireTun().requireKernelVxlan();
            final LabHost left = lab.left();
            final LabHost right = lab.right();
            right.ip("link add vx0 mtu 1450 type vxlan id 42 local " + right.underlayV4() + " remote " +
                left.underlayV4() + " dev " + right.underlayDevice() + " dstport 4789");
            right.set("ethtool -K vx0 tx-checksum-ip-generic off");
            right.ip("addr add " + RIGHT + "/24 dev vx0");
            right.ip("link set vx0 up");

            final LabProcess bridge = left.start(Bridge.program(
                "io.overlane.examples.NettyBridge", List.of(left.underlayV4(), right.underlayV4(), "42", "tap0")));
            bridge.awaitLine("frames of tap0 go to " + right.underlayV4(), START_TIMEOUT_S);
            left.ip("addr add " + LEFT + "/24 dev tap0");

            Traffic.ping(left, LEFT, right, RIGHT);
            Traffic.pingFullSize(left, RIGHT, 1450);
            Traffic.pingFullSize(right, LEFT, 1450);
            Traffic.stream(left, LEFT, right, RIGHT);
        }
    }
}
