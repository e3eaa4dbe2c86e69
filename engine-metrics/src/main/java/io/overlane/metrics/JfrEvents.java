// SPDX-License-Identifier: Apache-2.0
package io.overlane.metrics;

import io.overlane.control.FdbChange;
import io.overlane.engine.OverlayEngine;
import io.overlane.event.EngineEvent;
import io.overlane.event.EventSubscription;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Recording;
import jdk.jfr.RecordingState;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/**
 * Writes events of an engine into every recording of Java Flight Recorder: moves, evictions and pins of MACs, flood
 * storms, limits of learning, lost offloads, and the end of the engine. The names begin with {@code io.overlane}. While
 * nothing is recorded this does not subscribe to the engine, and costs nothing. Any thread.
 */
public final class JfrEvents implements AutoCloseable
{
    private static final String CATEGORY = "Overlane";

    private final OverlayEngine engine;
    private final String name;
    private final FlightRecorderListener listener = new FlightRecorderListener()
    {
        @Override
        public void recordingStateChanged(final Recording recording)
        {
            update();
        }
    };
    private @Nullable EventSubscription subscription;
    private boolean isClosed;

    private JfrEvents(final OverlayEngine engine, final String name)
    {
        this.engine = engine;
        this.name = name;
    }

    /**
     * Write the events of an engine from now on until it ends, whenever something is recorded.
     *
     * @param engine to subscribe to; it stays the caller's.
     * @param name   of the engine in the events.
     * @return the connection, which need not be closed.
     */
    public static JfrEvents connect(final OverlayEngine engine, final String name)
    {
        final JfrEvents events = new JfrEvents(engine, name);
        if (FlightRecorder.isAvailable())
        {
            FlightRecorder.addListener(events.listener);
            events.update();
            engine.terminated().whenComplete((none, cause) -> events.ended());
        }
        return events;
    }

    /** The engine has ended. A subscription still gets the last event, and closes this then. */
    private synchronized void ended()
    {
        if (subscription == null)
        {
            close();
        }
    }

    /** Write no more events. */
    @Override
    public void close()
    {
        FlightRecorder.removeListener(listener);
        synchronized (this)
        {
            isClosed = true;
            unsubscribe();
        }
    }

    private synchronized void update()
    {
        final boolean isRecording = FlightRecorder.isInitialized() &&
            FlightRecorder.getFlightRecorder().getRecordings().stream()
                .anyMatch(recording -> recording.getState() == RecordingState.RUNNING);
        if (!isRecording || isClosed)
        {
            unsubscribe();
        }
        else if (subscription == null)
        {
            subscription = engine.events(Runnable::run, this::write);
        }
    }

    private void unsubscribe()
    {
        if (subscription != null)
        {
            subscription.close();
            subscription = null;
        }
    }

    private void write(final EngineEvent event)
    {
        if (event instanceof EngineEvent.MacChanged changed)
        {
            write(changed);
        }
        else if (event instanceof EngineEvent.FloodStorm storm)
        {
            final FloodStorm written = new FloodStorm();
            written.engine = name;
            written.vni = storm.vni() == null ? -1 : storm.vni();
            written.limit = storm.limit().label();
            written.frames = storm.frames();
            written.commit();
        }
        else if (event instanceof EngineEvent.MacConflict conflict)
        {
            final MacConflict written = new MacConflict();
            written.engine = name;
            written.vni = conflict.vni();
            written.mac = conflict.mac().toString();
            written.place = conflict.port().toString();
            written.other = conflict.remote().toString();
            written.commit();
        }
        else if (event instanceof EngineEvent.DuplicateAddress duplicate)
        {
            final DuplicateAddress written = new DuplicateAddress();
            written.engine = name;
            written.vni = duplicate.vni();
            written.address = duplicate.address().toString();
            written.mac = duplicate.mac().toString();
            written.place = duplicate.place().toString();
            written.otherMac = duplicate.other().toString();
            written.otherPlace = duplicate.otherPlace() == null ? "configuration" : duplicate.otherPlace().toString();
            written.commit();
        }
        else if (event instanceof EngineEvent.LearnLimited limited)
        {
            final LearnLimited written = new LearnLimited();
            written.engine = name;
            written.vni = limited.vni();
            written.place = limited.place().toString();
            written.commit();
        }
        else if (event instanceof EngineEvent.OffloadLost lost)
        {
            final OffloadLost written = new OffloadLost();
            written.engine = name;
            written.device = lost.device();
            written.offload = lost.offload();
            written.commit();
        }
        else if (event instanceof EngineEvent.EngineEnded ended)
        {
            final EngineEnded written = new EngineEnded();
            written.engine = name;
            written.cause = ended.cause() == null ? null : ended.cause().toString();
            written.commit();
            close();
        }
    }

    private void write(final EngineEvent.MacChanged changed)
    {
        final MacEvent written = changed.change() == FdbChange.MOVED ? new MacMoved() :
            changed.change() == FdbChange.EVICTED ? new MacEvicted() :
            changed.change() == FdbChange.PINNED ? new MacPinned() : null;
        if (written != null)
        {
            written.engine = name;
            written.vni = changed.vni();
            written.mac = changed.mac().toString();
            written.place = changed.place().toString();
            written.other = changed.other() == null ? null : changed.other().toString();
            written.commit();
        }
    }

    /** Common to all events. */
    @Category(CATEGORY)
    @StackTrace(false)
    abstract static class OverlaneEvent extends Event
    {
        @Label("Engine")
        @Nullable String engine;
    }

    /** Common to the events of a MAC. */
    abstract static class MacEvent extends OverlaneEvent
    {
        @Label("VNI")
        int vni;

        @Label("MAC")
        @Nullable String mac;

        @Label("Place")
        @Nullable String place;

        @Label("Other Place")
        @Nullable String other;
    }

    /** A MAC moved. */
    @Name("io.overlane.MacMoved")
    @Label("MAC Moved")
    @Description("A station has another place; the other place is where it was before")
    static final class MacMoved extends MacEvent
    {
    }

    /** A MAC was evicted. */
    @Name("io.overlane.MacEvicted")
    @Label("MAC Evicted")
    @Description("A learned entry was removed to make room")
    static final class MacEvicted extends MacEvent
    {
    }

    /** A MAC was pinned. */
    @Name("io.overlane.MacPinned")
    @Label("MAC Pinned")
    @Description("A station that had moved too often stays where it was; the other place sent a frame of it")
    static final class MacPinned extends MacEvent
    {
    }

    /** A MAC on both sides. */
    @Name("io.overlane.MacConflict")
    @Label("MAC Conflict")
    @Description("A station sent from a port and from a remote: a duplicate MAC address or a loop")
    static final class MacConflict extends MacEvent
    {
    }

    /** Two MACs of an IP address. */
    @Name("io.overlane.DuplicateAddress")
    @Label("Duplicate Address")
    @Description("Two stations claim one IP address")
    static final class DuplicateAddress extends OverlaneEvent
    {
        @Label("VNI")
        int vni;

        @Label("Address")
        @Nullable String address;

        @Label("MAC")
        @Nullable String mac;

        @Label("Place")
        @Nullable String place;

        @Label("Other MAC")
        @Nullable String otherMac;

        @Label("Other Place")
        @Nullable String otherPlace;
    }

    /** A flood limit began to drop. */
    @Name("io.overlane.FloodStorm")
    @Label("Flood Storm")
    @Description("A flood limit began to drop frames")
    static final class FloodStorm extends OverlaneEvent
    {
        @Label("VNI")
        int vni;

        @Label("Limit")
        @Nullable String limit;

        @Label("Frames")
        long frames;
    }

    /** MACs were not learned. */
    @Name("io.overlane.LearnLimited")
    @Label("Learning Limited")
    @Description("A place brought too many MACs in too short a time")
    static final class LearnLimited extends OverlaneEvent
    {
        @Label("VNI")
        int vni;

        @Label("Place")
        @Nullable String place;
    }

    /** An offload was given up. */
    @Name("io.overlane.OffloadLost")
    @Label("Offload Lost")
    @Description("The kernel refused an offload, and the engine goes on without it")
    static final class OffloadLost extends OverlaneEvent
    {
        @Label("Device")
        @Nullable String device;

        @Label("Offload")
        @Nullable String offload;
    }

    /** The engine ended. */
    @Name("io.overlane.EngineEnded")
    @Label("Engine Ended")
    @Description("The engine has ended, with a cause if it ended by itself")
    static final class EngineEnded extends OverlaneEvent
    {
        @Label("Cause")
        @Nullable String cause;
    }
}
