import type { Role } from './config.js';
import { stopAll, stopTogether, type Running } from './lifecycle.js';
import { greet, startApi, type Api } from './roles/api.js';
import { layFoundation, loadInstance } from './roles/foundation.js';
import { startRoleOperations } from './roles/operations.js';
import type { Keep, RoleDeps, RoleHealth } from './roles/role.js';
