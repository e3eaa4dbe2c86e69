/**
 * The engine beside a recorded Linux vxlan device: set up in the same way, given the same, and compared.
 */
package io.overlane.kernel;
