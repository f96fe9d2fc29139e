// Everything that is asked for wherever the schema takes it, of one Parley.
import './foreign-ids.js';
import './abuse.js';
