// SPDX-License-Identifier: Apache-2.0
package io.overlane.stage;

import io.overlane.address.Vni;
import io.overlane.fate.Fate;
import io.overlane.setting.Setting;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A stage and its frames. Setters return this. */
public final class StageContext
{
    /** The stage sees the frames of all segments, or of the IP network. */
    public static final int ALL_SEGMENTS = -1;

    private final Stage stage;
    private final List<StageTarget> targets = new ArrayList<>();
    private Fate.@Nullable Direction direction;
    private int vni = ALL_SEGMENTS;

    /** @param stage that decides; by default about the frames of all segments in both directions. */
    public StageContext(final Stage stage)
    {
        this.stage = Setting.notNull("stage", stage);
    }

    /** Only for frames that go one way. */
    public StageContext direction(final Fate.Direction direction)
    {
        this.direction = Setting.notNull("direction", direction);
        return this;
    }

    /**
     * Only for the frames of one segment. It need not exist yet.
     *
     * @param vni of the segment.
     * @throws IllegalArgumentException if there can be no such VNI.
     */
    public StageContext segment(final int vni)
    {
        this.vni = Setting.inRange("segment", vni, Vni.MIN_VALUE, Vni.MAX_VALUE);
        return this;
    }

    /** Add a target to which the stage may send frames or copies. */
    public StageContext target(final StageTarget target)
    {
        targets.add(Setting.notNull("target", target));
        return this;
    }

    /** @return the stage. */
    public Stage stage()
    {
        return stage;
    }

    /** @return the only direction; null for both. */
    public Fate.@Nullable Direction direction()
    {
        return direction;
    }

    /** @return the only segment, or {@link #ALL_SEGMENTS}. */
    public int vni()
    {
        return vni;
    }

    /** @return the targets in the order they were added. */
    public List<StageTarget> targets()
    {
        return List.copyOf(targets);
    }
}
