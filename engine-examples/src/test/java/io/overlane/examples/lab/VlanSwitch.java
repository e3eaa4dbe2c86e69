// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A switch with VLANs of Linux: a vlan-aware bridge with one vxlan device for all VNIs ({@code external}, {@code
 * vnifilter}, {@code vlan_tunnel}), and 8021q devices on a trunk. It runs in a kernel of its own, User Mode Linux,
 * because the kernel of the host may have neither. All devices of the guest are TAPs of a host of the lab.
 *
 * <pre>
 *   trunk of the engine ─ br0 ─ t1 ══ t2 ─ brt ─ trunk ─ 8021q devices, bridges ─ near10 ─ station behind the trunk
 *   socket of the engine ─ u1 ══ u2 ─ bru ─ under ─ vxlan device, vlan-aware bridge ─ far10 ─ station behind the tunnel
 * </pre>
 */
public final class VlanSwitch implements AutoCloseable
{
    private static final Path MODULES = Path.of("/usr/lib/uml/modules");
    private static final String KERNEL = "linux.uml";
    private static final int START_TIMEOUT_S = 120;
    private static final int COMMAND_TIMEOUT_S = 120;

    private static final String INIT = """
        #!/bin/bash
        export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
        mount -t proc proc /proc
        mount -t sysfs sys /sys
        mount -t tmpfs tmp /run
        mount -t tmpfs tmp /tmp
        mkdir -p /run/m/lib/modules
        ln -s /usr/lib/uml/modules/$(uname -r) /run/m/lib/modules/
        stty -echo -onlcr -icrnl
        for module in bridge 8021q vxlan veth; do modprobe -d /run/m $module; done
        ip link set lo up
        echo "guest: ready"
        number=0
        while IFS= read -r line
        do
          eval "$line"
          echo "guest: done $number $?"
          number=$((number + 1))
        done
        """;

    private final LabHost host;
    private final LabHost peer;
    private final CleanUp cleanUp = new CleanUp(this::remove);
    /** Null until it is started. */
    private LabProcess kernel;
    private final List<String> devices = new ArrayList<>();
    private int commands;

    private VlanSwitch(final LabHost host, final LabHost peer)
    {
        this.host = host;
        this.peer = peer;
    }

    /** Skip the calling test where the kernel of the guest or its modules are not installed. */
    public static void require()
    {
        assumeTrue(Files.isDirectory(MODULES) && hasProgram(KERNEL) && hasProgram("modprobe"),
            "needs User Mode Linux and modprobe: the packages user-mode-linux and kmod of Debian");
    }

    private static boolean hasProgram(final String name)
    {
        return List.of("/usr/sbin", "/usr/bin", "/sbin", "/bin").stream()
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
    }

    /**
     * Start the guest. Its address on the wire is that of the host, which has none then.
     *
     * @param host      where its devices are.
     * @param peer      where the trunk of the engine is, and the other end of the tunnel.
     * @param bridge    of the peer, which the trunk is put into.
     * @param directory for files, below no symbolic link.
     * @param vlans     each may have a station behind the trunk and one behind the tunnel.
     * @return the switch, without VLANs.
     * @throws IOException if a file cannot be written.
     */
    public static VlanSwitch start(
        final LabHost host, final LabHost peer, final String bridge, final Path directory, final int... vlans)
        throws IOException
    {
        final VlanSwitch made = new VlanSwitch(host, peer);
        try
        {
            made.open(bridge, directory, vlans);
            return made;
        }
        catch (final Throwable ex)
        {
            made.close();
            throw ex;
        }
    }

    private void open(final String bridge, final Path directory, final int... vlans) throws IOException
    {
        final String underlay = host.underlayDevice();
        host.ip("addr flush dev " + underlay);
        addTap("under");
        host.addBridge("bru");
        host.addToBridge(underlay, "bru");
        host.ip("link set under master bru");
        addTap("trunk");
        host.addBridge("brt");
        host.ip("link set trunk master brt");
        host.ip("link add t2 type veth peer name t1 netns " + peer.namespace());
        peer.ip("link set t1 up");
        host.addToBridge("t2", "brt");
        peer.addToBridge("t1", bridge);
        for (final int vlan : vlans)
        {
            addTap("near" + vlan);
            addTap("far" + vlan);
        }
        final Path init = Files.writeString(directory.resolve("init.sh"), INIT);
        final List<String> command = new ArrayList<>(List.of(
            "ip", "netns", "exec", host.namespace(), KERNEL, "mem=192M", "umid=" + host.namespace(),
            "uml_dir=" + directory, "rootfstype=hostfs", "rootflags=/", "rw", "init=/bin/bash", "con=null",
            "con0=fd:0,fd:1", "quiet"));
        for (int i = 0; i < devices.size(); i++)
        {
            command.add("vec" + i + ":transport=tap,ifname=" + devices.get(i));
        }
        command.addAll(List.of("--", init.toString()));
        kernel = LabProcess.startReader(command);
        kernel.awaitLine("guest: ready", START_TIMEOUT_S);
        for (int i = 0; i < devices.size(); i++)
        {
            run("ip link set vec" + i + " name " + devices.get(i) + " up");
        }
        // A TAP has no carrier until the guest has opened it, which is when its device is up.
        SwitchLab.awaitForwarding(host, "under");
        SwitchLab.awaitForwarding(host, "trunk");
        run("ip addr add " + host.underlayV4() + "/24 dev under");
        run("ip link add br0 type bridge vlan_filtering 1 vlan_default_pvid 0 mcast_snooping 0 && ip link set br0 up");
        run("ip link add vx0 mtu 1450 type vxlan dstport 8472 external vnifilter nolearning local " +
            host.underlayV4() + " && ip link set vx0 master br0 up && bridge link set dev vx0 vlan_tunnel on");
        for (final int vlan : vlans)
        {
            run("ip link set far" + vlan + " master br0 && bridge vlan add dev far" + vlan + " vid " + vlan +
                " pvid untagged");
            run("ip link add link trunk name trunk." + vlan + " type vlan id " + vlan);
            run("ip link add brn" + vlan + " type bridge mcast_snooping 0 && ip link set trunk." + vlan +
                " master brn" + vlan + " up && ip link set near" + vlan + " master brn" + vlan +
                " && ip link set brn" + vlan + " up");
        }
    }

    private void addTap(final String name)
    {
        host.ip("tuntap add dev " + name + " mode tap");
        host.ip("link set " + name + " up");
        devices.add(name);
    }

    /**
     * Map VLANs of the vlan-aware bridge to VNIs; frames without an entry go to the peer.
     *
     * @param vlan  the first.
     * @param vni   of the first.
     * @param count of VLANs.
     */
    public void map(final int vlan, final int vni, final int count)
    {
        final String vlans = range(vlan, count);
        final String vnis = range(vni, count);
        run("bridge vni add dev vx0 vni " + vnis + " && bridge vlan add dev vx0 vid " + vlans +
            " && bridge vlan add dev vx0 vid " + vlans + " tunnel_info id " + vnis + " && for vni in $(seq " + vni +
            " " + (vni + count - 1) + "); do bridge fdb append 00:00:00:00:00:00 dev vx0 dst " + peer.underlayV4() +
            " src_vni $vni self permanent; done");
    }

    private static String range(final int first, final int count)
    {
        return count == 1 ? Integer.toString(first) : first + "-" + (first + count - 1);
    }

    /** Undo {@link #map}. */
    public void unmap(final int vlan, final int vni, final int count)
    {
        final String vlans = range(vlan, count);
        final String vnis = range(vni, count);
        run("bridge vlan del dev vx0 vid " + vlans + " tunnel_info id " + vnis + " && bridge vlan del dev vx0 vid " +
            vlans + " && bridge vni del dev vx0 vni " + vnis);
    }

    /**
     * Add the station behind the trunk in one of the VLANs of {@link #start}: what it sends gets the tag of the VLAN.
     *
     * @param number last octets of its addresses.
     */
    public Station addNear(final SwitchLab lab, final int vlan, final int number)
    {
        return addStation(lab, "near" + vlan, number);
    }

    /**
     * Add the station behind the tunnel in one of the VLANs of {@link #start}.
     *
     * @param number last octets of its addresses.
     */
    public Station addFar(final SwitchLab lab, final int vlan, final int number)
    {
        return addStation(lab, "far" + vlan, number);
    }

    private Station addStation(final SwitchLab lab, final String device, final int number)
    {
        final String bridge = "b" + device;
        host.addBridge(bridge);
        host.addToBridge(device, bridge);
        return lab.addStation(host, bridge, number);
    }

    /**
     * Add a station inside the guest to the vlan-aware bridge.
     *
     * @param name    of its namespace.
     * @param vlan    {@code vid} and the VLAN.
     * @param address with prefix length.
     */
    public void addStation(final String name, final String vlan, final String address)
    {
        run("ip link add p-" + name + " type veth peer name e-" + name + " && ip link set p-" + name +
            " master br0 up && bridge vlan add dev p-" + name + " " + vlan + " pvid untagged");
        addNamespace(name, "e-" + name, address);
    }

    /**
     * Give a device of the guest a namespace of its own.
     *
     * @param name    of the namespace.
     * @param device  to put there.
     * @param address with prefix length.
     */
    public void addNamespace(final String name, final String device, final String address)
    {
        run("ip netns add " + name + " && ip link set " + device + " netns " + name + " && ip -n " + name +
            " addr add " + address + " dev " + device + " && ip -n " + name + " link set " + device +
            " mtu 1442 up");
    }

    /**
     * Run a line of bash in the guest and insist that it works.
     *
     * @return its output.
     */
    public List<String> run(final String line)
    {
        final int before = kernel.stdout().size();
        final String done = "guest: done " + commands++ + " ";
        kernel.write(line);
        final String status = kernel.awaitLine(done, COMMAND_TIMEOUT_S).substring(done.length());
        final List<String> output = kernel.stdout();
        assertEquals("0", status, () -> line + "\n" + String.join("\n", output.subList(before, output.size())));
        return output.subList(before, output.size() - 1);
    }

    @Override
    public void close()
    {
        cleanUp.close();
    }

    private void remove()
    {
        if (kernel != null)
        {
            // The processes of the guest outlive its kernel.
            final List<ProcessHandle> helpers =
                ProcessHandle.of(kernel.pid()).stream().flatMap(ProcessHandle::descendants).toList();
            kernel.close();
            helpers.forEach(ProcessHandle::destroyForcibly);
        }
    }
}
