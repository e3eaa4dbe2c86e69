// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.cli.bridge.plan.BridgePlan;
import io.overlane.control.FdbFilter;
import io.overlane.control.FdbKind;
import io.overlane.control.FdbRequest;
import io.overlane.control.TableOperations;
import io.overlane.engine.OverlayEngine;
import io.overlane.port.Port;
import io.overlane.tun.TunDevice;
import io.overlane.tun.handover.Gate;
import io.overlane.tun.handover.GatedPort;
import io.overlane.tun.handover.GatedUnderlay;
import io.overlane.tun.handover.HandOver;
import io.overlane.tun.handover.TakenDescriptors;
import io.overlane.tun.host.IpCommand;
import io.overlane.tun.udp.LibcUnderlay;
import io.overlane.underlay.Underlay;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import org.jspecify.annotations.Nullable;

/**
 * Hands the devices and the socket of a bridge, what it learned, and what it set on the host over to the next bridge on
 * this host, so that a restart loses no frame. Entries that operators added with {@code ctl} are not handed over. The
 * bridge's own thread uses it.
 */
final class BridgeHandOver implements AutoCloseable
{
    private static final String SOCKET = "socket";
    private static final String STATION = "station";
    private static final String NEIGHBOR = "neighbor";
    private static final String HOST = "host ";

    /** The threads of an engine carry what they have read in much less time, if nothing new comes. */
    private static final long QUIET_NS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final int MOST_LOOKS = 50;

    private final boolean isOn;
    private final HandOver handOver;
    private final Gate gate;
    private @Nullable LibcUnderlay socket;
    /** Whether another bridge has left its socket, and frames that wait. */
    private boolean hasTaken;

    /**
     * @param path   of the socket by which bridges ask each other; null for no hand-over.
     * @param stop   ends this bridge because another one asks for its devices; called on another thread.
     * @param events takes lines for people.
     */
    BridgeHandOver(final @Nullable Path path, final Runnable stop, final Consumer<String> events)
    {
        isOn = path != null;
        handOver = new HandOver("bridge", path, stop, events);
        gate = handOver.taken().gate();
    }

    /**
     * Let the bridge that runs here end, if there is one, and take what it leaves.
     *
     * @throws IOException if it does not end; one line.
     */
    void take() throws IOException
    {
        handOver.find();
        handOver.take();
    }

    /** Use the socket that was left, or bind one. */
    Underlay open(final BridgePlan plan, final ErrorHandler errors) throws IOException
    {
        final int left = handOver.taken().take(SOCKET);
        hasTaken = left != TakenDescriptors.NONE;
        final Underlay underlay = left == TakenDescriptors.NONE ?
            plan.underlay().open(plan, errors) : plan.underlay().adopt(left, plan, errors);
        if (!isOn)
        {
            return underlay;
        }
        if (!(underlay instanceof LibcUnderlay libc))
        {
            underlay.close();
            throw new IOException("--take-over needs one socket of the underlay libc: bind one address, not " +
                plan.local().address());
        }
        socket = libc;
        return new GatedUnderlay(libc, gate);
    }

    /** Use the device of a plan that was left, or make one. */
    TunDevice openDevice(final BridgePlan plan) throws IOException
    {
        final int left = handOver.taken().take(plan.device());
        if (left != TakenDescriptors.NONE)
        {
            return TunDevice.adopt(left, plan.offload());
        }
        final TunDevice device = TunDevice.create(BridgeDevice.options(plan));
        try
        {
            if (isOn)
            {
                IpCommand.find().run(
                    "link", "set", "dev", device.name(), "txqueuelen",
                    Integer.toString(handOver.taken().queueLength()));
            }
            return device;
        }
        catch (final IOException | RuntimeException | Error ex)
        {
            CloseHelper.quietClose(device);
            throw ex;
        }
    }

    /** A port that is not read before {@link #begin}, nor after {@link #leave}. */
    Port gated(final Port port)
    {
        return isOn ? new GatedPort(port, gate) : port;
    }

    /** Keep the kernel from carrying frames while those that waited for this bridge are on their way. */
    void holdFastPath(final OverlayEngine engine)
    {
        if (hasTaken)
        {
            gate.afterOpening(engine.fastPath().hold("frames that waited for this bridge")::close);
        }
    }

    /**
     * Put what the other bridge learned into the tables, then read the devices, and wait for the next bridge.
     *
     * @throws IOException if the socket for the next bridge cannot be made; one line.
     */
    void begin(final OverlayEngine engine) throws IOException
    {
        final List<String> notes = handOver.taken().notes();
        if (!notes.isEmpty())
        {
            EngineAnswers.await(engine.control().operate(tables ->
            {
                notes.forEach(note -> put(tables, note.split(" ")));
                return notes.size();
            }));
        }
        handOver.begin();
    }

    /** Entries of segments that are gone are left out, and so is what the configuration says otherwise. */
    private static void put(final TableOperations tables, final String[] note)
    {
        if (note[0].equals(STATION))
        {
            tables.add(new FdbRequest(
                Integer.parseInt(note[1]), MacAddress.parse(note[2]), Vtep.parse(note[3], 0)).dynamic());
        }
        else if (note[0].equals(NEIGHBOR))
        {
            tables.learnNeighbor(
                Integer.parseInt(note[1]), IpAddress.parse(note[2]), MacAddress.parse(note[3]));
        }
    }

    /** What the other bridge set on the host, one note for each entry. */
    List<String> hostNotes()
    {
        return handOver.taken().notes().stream()
            .filter(note -> note.startsWith(HOST)).map(note -> note.substring(HOST.length())).toList();
    }

    /** True if another bridge waits for the devices of this one. */
    boolean isAsked()
    {
        return handOver.isAsked();
    }

    /**
     * Stop reading, and keep devices and socket open for the bridge that waits.
     *
     * @param hostNotes for its {@link #hostNotes()}.
     * @throws IOException if the engine does not answer, or the process has no free descriptor; one line.
     */
    void leave(final OverlayEngine engine, final List<BridgeDevice> devices, final List<String> hostNotes)
        throws IOException
    {
        gate.close();
        awaitQuiet(engine);
        final Map<String, Integer> left = new LinkedHashMap<>();
        final List<String> notes = notes(engine);
        hostNotes.forEach(note -> notes.add(HOST + note));
        if (socket != null)
        {
            left.put(SOCKET, socket.duplicateDescriptor());
        }
        for (final BridgeDevice device : devices)
        {
            if (!device.isGone() && !left.containsKey(device.plan().device()))
            {
                left.put(device.plan().device(), device.duplicateDescriptor());
            }
        }
        handOver.leave(left, notes);
    }

    /** Wait until the frames that were read have left, those between the two threads too. */
    private static void awaitQuiet(final OverlayEngine engine)
    {
        long before = -1;
        for (int i = 0; i < MOST_LOOKS; i++)
        {
            LockSupport.parkNanos(QUIET_NS);
            final long now = engine.counters().encap().framesIn() + engine.counters().decap().framesIn();
            if (now == before)
            {
                return;
            }
            before = now;
        }
    }

    private static List<String> notes(final OverlayEngine engine) throws IOException
    {
        final List<String> notes = new ArrayList<>();
        EngineAnswers.await(engine.control().operate(tables ->
        {
            tables.list(FdbFilter.ALL.kinds(FdbKind.LEARNED), row ->
            {
                if (row.remote() != null)
                {
                    notes.add(String.join(
                        " ", STATION, Integer.toString(row.vni()), row.mac().toString(), row.remote().toString()));
                }
            });
            return notes.size();
        }));
        engine.tables().neighborRows().stream().filter(row -> row.isLearned()).forEach(row -> notes.add(String.join(
            " ", NEIGHBOR, Integer.toString(row.vni()), row.address().toString(), row.mac().toString())));
        return notes;
    }

    /**
     * Give what was left to the bridge that waits, if one does. Everything of this one is closed.
     *
     * @throws IOException if the other bridge is gone; one line.
     */
    void give() throws IOException
    {
        handOver.give();
    }

    @Override
    public void close()
    {
        handOver.close();
    }
}
