// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.soak;

import io.overlane.examples.lab.CommandResult;
import io.overlane.examples.lab.ImpairedWire;
import io.overlane.examples.lab.LabHost;
import io.overlane.examples.lab.LabProcess;
import io.overlane.examples.lab.Poll;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Events that break something for some seconds. Host 1 keeps its process, so that a leak there would show. */
final class Faults
{
    private static final int TIMEOUT_S = 60;

    /** Parts of 10,000 packets that the bad wire loses, reorders and copies. */
    private static final int LOST = 200;
    private static final int OVERTAKEN = 500;
    private static final int TWICE = 200;

    /** Reasons of drops on the way to a host that fails, at a device that fails, and while a bridge starts. */
    private static final Set<String> DROPS = Set.of("underlay-unreachable", "underlay-error", "underlay-busy",
        "port-down", "port-error", "port-closed", "port-full", "unknown-vni", "source-not-allowed",
        "neighbor-unresolved", "neighbor-queue-full");

    private final SoakLab lab;

    Faults(final SoakLab lab)
    {
        this.lab = lab;
    }

    List<Event> events()
    {
        return List.of(
            ofHost("link of host 2 down", 2, () -> linkDown(2)),
            ofHost("link of host 1 down", 1, () -> linkDown(1)),
            ofHost("loss, reordering, copies at host 3", 3, () -> impair(3)),
            ofHost("kill -9 of bridge 2", 2, () -> kill(2)),
            ofHost("bridge 3 ended and started", 3, () -> restart(3)),
            ofHost("bridge 3 stopped for 3 s", 3, () -> stop(3)),
            ofHost("bridge 2 stopped for 3 s", 2, () -> stop(2)),
            ofDevice("vx103 of host 1 removed", 1, 103, () -> removeDevice(1, "vx103")),
            ofDevice("vx101 of host 1 removed", 1, 101, () -> removePluggedDevice(1)),
            ofDevice("vx102 of host 1 down", 1, 102, () -> deviceDown(1)),
            ofDevice("host 3 is no remote in segment 102", 3, 102, this::removeRemote),
            ofDevice("vx101 of host 4 removed", SoakLab.KERNEL, 101, this::removeKernelDevice));
    }

    /** A fault that may cost packets from and to one host. */
    private static Event ofHost(final String name, final int host, final Event.Body body)
    {
        return new Event(name, Set.of(host), flow -> flow.touches(host), DROPS, body);
    }

    /** A fault that may cost packets from and to one host in one segment. */
    private static Event ofDevice(final String name, final int host, final int segment, final Event.Body body)
    {
        return new Event(name, Set.of(host), flow -> flow.segment() == segment && flow.touches(host), DROPS, body);
    }

    static void pause(final int seconds) throws InterruptedException
    {
        TimeUnit.SECONDS.sleep(seconds);
    }

    private void linkDown(final int host) throws InterruptedException
    {
        lab.wire().ip("link set s" + host + " down");
        pause(3);
        lab.wire().ip("link set s" + host + " up");
    }

    private void impair(final int host) throws InterruptedException
    {
        final LabProcess wire = lab.impair(host, ImpairedWire.command(
            System.getProperty("java.class.path"), "wa", "wb", LOST, OVERTAKEN, TWICE));
        pause(8);
        lab.repair(host, wire);
    }

    private void kill(final int host) throws Exception
    {
        lab.bridge(host).kill();
        pause(1);
        lab.bridge(host).start();
    }

    private void restart(final int host) throws Exception
    {
        final CommandResult result = lab.bridge(host).stop();
        if (result.status() != 0)
        {
            throw new IllegalStateException(result.toString());
        }
        lab.bridge(host).start();
    }

    private void stop(final int host) throws InterruptedException
    {
        lab.bridge(host).process().signal("STOP");
        try
        {
            pause(3);
        }
        finally
        {
            lab.bridge(host).process().signal("CONT");
        }
    }

    /** The bridge makes it again, with its addresses, routes and neighbours. */
    private void removeDevice(final int host, final String device)
    {
        final LabHost at = lab.host(host);
        final String before = at.run("cat", "/sys/class/net/" + device + "/ifindex").output();
        at.ip("link del " + device);
        Poll.until(device + " is made again", TIMEOUT_S, () ->
        {
            final CommandResult now = at.run("cat", "/sys/class/net/" + device + "/ifindex");
            return now.status() == 0 && !now.output().equals(before);
        });
    }

    /** Which bridge of the kernel a device was in is not the engine's to know. */
    private void removePluggedDevice(final int host)
    {
        removeDevice(host, "vx101");
        lab.host(host).addToBridge("vx101", SoakLab.BRIDGE);
    }

    private void deviceDown(final int host) throws InterruptedException
    {
        lab.host(host).ip("link set vx102 down");
        pause(2);
        lab.host(host).ip("link set vx102 up");
    }

    /** Its frames are not accepted meanwhile, as the configuration says {@code source: known}. */
    private void removeRemote() throws IOException, InterruptedException
    {
        for (final String request : List.of("del", "append"))
        {
            for (final int host : List.of(1, 2))
            {
                lab.bridge(host).ctl("fdb " + request + " 00:00:00:00:00:00 dst fd00:192:0:2::3 vni 102");
            }
            pause(1);
        }
    }

    private void removeKernelDevice() throws InterruptedException
    {
        lab.host(SoakLab.KERNEL).ip("link del vx101");
        pause(1);
        lab.addKernelDevice(101);
    }
}
