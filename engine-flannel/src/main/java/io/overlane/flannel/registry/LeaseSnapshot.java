// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.registry;

import io.overlane.flannel.lease.Lease;
import java.util.List;

/**
 * All leases at one moment.
 *
 * @param leases   without their time to live. A key whose value cannot be parsed is an unreadable lease; keys that name
 *                 no subnet are left out.
 * @param revision of the registry at that moment; changes follow from the next one.
 * @param store    identifies the store; another one means that the registry was set up anew. Empty if the registry has
 *                 no such identity. It may stay the same in a registry that was restored from a copy.
 */
public record LeaseSnapshot(List<Lease> leases, long revision, String store)
{
}
